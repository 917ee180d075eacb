import type { CloudCredentials } from './contract.ts';
import { ecrRegionOf, PUBLIC_ECR } from './hosts.ts';

/** The public registry answers in this region only. */
const PUBLIC_REGION = 'us-east-1';
const ATTEMPTS = 2;

interface Answer {
  readonly authorizationToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

/** An authorization token of ECR, by the identity that the AWS SDK finds: of the environment, the pod or the machine. */
export async function loginToAws(host: string, signal: AbortSignal): Promise<CloudCredentials> {
  const answer = await (host === PUBLIC_ECR
    ? askPublic(signal)
    : askPrivate(ecrRegionOf(host) ?? '', signal));
  const { authorizationToken, expiresAt } = answer ?? {};
  const decoded = Buffer.from(authorizationToken ?? '', 'base64').toString();
  const colon = decoded.indexOf(':');
  if (colon <= 0 || expiresAt === undefined) throw new Error('ECR answers no authorization token');
  return {
    username: decoded.slice(0, colon),
    password: decoded.slice(colon + 1),
    expiresAt: expiresAt.getTime(),
  };
}

async function askPrivate(region: string, signal: AbortSignal): Promise<Answer | undefined> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  const client = new ECRClient({ region, maxAttempts: ATTEMPTS });
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), {
      abortSignal: signal,
    });
    return authorizationData?.[0];
  } finally {
    client.destroy();
  }
}

async function askPublic(signal: AbortSignal): Promise<Answer | undefined> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public');
  const client = new ECRPUBLICClient({ region: PUBLIC_REGION, maxAttempts: ATTEMPTS });
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), {
      abortSignal: signal,
    });
    return authorizationData;
  } finally {
    client.destroy();
  }
}
