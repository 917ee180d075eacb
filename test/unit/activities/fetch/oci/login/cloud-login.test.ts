import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../../../../activities/fetch/http/client.ts';
import { createCloudLogin } from '../../../../../../activities/fetch/oci/login/cloud-login.ts';
import type { CloudProvider } from '../../../../../../activities/fetch/oci/login/contract.ts';
import { type Loopback, type LoopbackAnswer, startLoopback } from '../../../../../support/loopback.ts';

const LONG = `CANARY${'x'.repeat(60)}`;
const home = mkdtempSync(join(tmpdir(), 'pawl-cloud-'));
const HOST: Readonly<Record<CloudProvider, string>> = {
  aws: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  azure: 'charts.azurecr.io',
  gcp: 'europe-docker.pkg.dev',
};

let cloud: Loopback;
let client: HttpClient;
let fault: LoopbackAnswer | 'silence' | undefined;
let lifeS: number;

/** A JSON web token that says when it expires, as the registries of Azure give them. */
function jwt(): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + lifeS })}.CANARY`;
}

/** What the clouds answer to the identity of a worker. */
function answerOf(path: string, target: unknown): LoopbackAnswer | undefined {
  const authorizationToken = Buffer.from('AWS:CANARYaws').toString('base64');
  const expiresAt = Math.floor(Date.now() / 1000) + lifeS;
  switch (target ?? path) {
    case 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken':
      return { json: { authorizationData: [{ authorizationToken, expiresAt }] } };
    case 'SpencerFrontendService.GetAuthorizationToken':
      return { json: { authorizationData: { authorizationToken, expiresAt } } };
    case '/msi/token':
      return {
        json: {
          access_token: `${LONG}-entra`,
          expires_on: String(expiresAt),
          resource: 'acr',
          token_type: 'Bearer',
        },
      };
    case '/oauth2/exchange':
      return { json: { refresh_token: jwt() } };
    case '/computeMetadata/v1/instance/service-accounts/default/token':
      return { json: { access_token: 'CANARYgcp', expires_in: lifeS, token_type: 'Bearer' } };
    default:
      return undefined;
  }
}

// One for all: Azure's library keeps where it got its first token, and the token.
beforeAll(async () => {
  cloud = await startLoopback(({ path, headers }) => {
    const metadata = { headers: { 'Metadata-Flavor': 'Google' } };
    if (fault === 'silence') return new Promise<undefined>(() => undefined);
    const answer = fault ?? answerOf(path, headers['x-amz-target']);
    return answer && { ...metadata, ...answer };
  });
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

beforeEach(() => {
  fault = undefined;
  lifeS = 3600;
  cloud.requests.length = 0;
  const { host } = new URL(cloud.url);
  const env = {
    HOME: home,
    AWS_ENDPOINT_URL_ECR: cloud.url,
    AWS_ENDPOINT_URL_ECR_PUBLIC: cloud.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'CANARYsecret',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(home, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'none'),
    IDENTITY_ENDPOINT: `${cloud.url}/msi/token`,
    IDENTITY_HEADER: 'CANARYheader',
    GCE_METADATA_HOST: host,
    METADATA_SERVER_DETECTION: 'assume-present',
    CLOUDSDK_CONFIG: home,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  for (const name of ['GOOGLE_APPLICATION_CREDENTIALS', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE']) {
    vi.stubEnv(name, undefined);
  }
  client = createHttpClient();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await client.close();
});

/** Logins whose registries are all at the server on loopback. */
function logins(timeoutMs = 20_000) {
  const redirected: HttpClient = {
    request: (wanted) =>
      client.request({ ...wanted, url: new URL(`${wanted.url.pathname}${wanted.url.search}`, cloud.url) }),
    close: () => client.close(),
  };
  const login = createCloudLogin({ client: redirected, timeoutMs });
  return (provider: CloudProvider, host = HOST[provider]) =>
    login(provider, { host, signal: AbortSignal.timeout(20_000) });
}

describe('the login at a registry of', () => {
  it('AWS is a token of ECR in the region of the registry', async () => {
    const { username, password, expiresAt } = await logins()('aws');

    expect({ username, password }).toEqual({ username: 'AWS', password: 'CANARYaws' });
    expect(expiresAt).toBeGreaterThan(Date.now());
    expect(cloud.requests[0]?.headers.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/ecr\//);
  });

  it('AWS that is public is a token of its only region', async () => {
    expect(await logins()('aws', 'public.ecr.aws')).toMatchObject({ username: 'AWS', password: 'CANARYaws' });
    expect(cloud.requests[0]?.headers.authorization).toMatch(/\/us-east-1\/ecr-public\//);
  });

  it('Azure is a refresh token, for which the registry takes one of Entra ID', async () => {
    const { username, password, expiresAt } = await logins()('azure');

    expect({ username, password }).toEqual({
      username: '00000000-0000-0000-0000-000000000000',
      password: jwt(),
    });
    expect(expiresAt).toBeGreaterThan(Date.now());
    const [entra, exchange] = cloud.requests;
    expect(entra?.query.get('resource')).toBe('https://containerregistry.azure.net');
    expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
      grant_type: 'access_token',
      service: HOST.azure,
      access_token: `${LONG}-entra`,
    });
  });

  it('Google is an access token of the worker', async () => {
    const { username, password, expiresAt } = await logins()('gcp');

    expect({ username, password }).toEqual({ username: 'oauth2accesstoken', password: 'CANARYgcp' });
    expect(expiresAt).toBeGreaterThan(Date.now());
  });
});

describe('a login', () => {
  it.each(['aws', 'azure', 'gcp'] as const)(
    'is kept, and asked for once by all who want it at %s',
    async (provider) => {
      const login = logins();

      await Promise.all([login(provider), login(provider)]);
      const asked = cloud.requests.length;
      await login(provider);

      expect(cloud.requests).toHaveLength(asked);
    },
  );

  it('is renewed shortly before it expires', async () => {
    lifeS = 60;
    const login = logins();

    await login('aws');
    await login('aws');

    expect(cloud.requests).toHaveLength(2);
  });

  it.each([
    ['aws', 'ghcr.io'],
    ['aws', '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example'],
    ['aws', 'x.123456789012.dkr.ecr.eu-west-1.amazonaws.com'],
    ['azure', 'charts.azurecr.io.evil.example'],
    ['azure', 'azurecr.io'],
    ['gcp', 'evil-gcr.io'],
    ['gcp', 'docker.pkg.dev:8443'],
  ] as const)('of %s is not shown to %s', async (provider, host) => {
    await expect(logins()(provider, host)).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      nonRetryable: true,
      message: expect.stringContaining(
        `failed to get credential from '${provider}': '${host}' is none of its registries`,
      ),
    });
    expect(cloud.requests).toEqual([]);
  });

  it.each([
    ['aws', '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com'],
    ['aws', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn'],
    ['aws', '123456789012.dkr-ecr.us-east-2.on.aws'],
    ['gcp', 'gcr.io'],
    ['gcp', 'eu.gcr.io'],
    ['azure', 'CHARTS.azurecr.cn'],
  ] as const)('of %s is good for %s', async (provider, host) => {
    expect((await logins()(provider, host)).password).toContain('CANARY');
  });

  it.each(['aws', 'azure', 'gcp'] as const)(
    'that %s refuses is told without what it said of tokens',
    async (provider) => {
      // Of another identity no token is kept.
      vi.stubEnv('AZURE_CLIENT_ID', 'refused');
      const words = `denied: ${LONG} CANARYsecret CANARYheader`;
      fault = {
        status: 400,
        json: { __type: 'InvalidParameterException', message: words, error: words, error_description: words },
      };

      const failure = await logins()(provider).catch((error: unknown) => error);

      expect(failure).toMatchObject({
        type: 'AuthenticationFailed',
        message: expect.stringMatching(
          new RegExp(
            `^failed to get credential from '${provider}' for ${HOST[provider]}: .*; give the worker a`,
          ),
        ),
      });
      expect(String(failure)).not.toContain('CANARY');
    },
  );

  it.each(['aws', 'azure', 'gcp'] as const)('that %s does not answer ends in time', async (provider) => {
    vi.stubEnv('AZURE_CLIENT_ID', 'unanswered');
    fault = 'silence';

    await expect(logins(100)(provider)).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      nonRetryable: false,
      message: expect.stringContaining('did not answer in time'),
    });
  });

  it('loads nothing of the clouds before somebody logs in', () => {
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      const { createCloudLogin } = await import('./activities/fetch/oci/login/cloud-login.ts');
      createCloudLogin({ client: undefined });
      const of = (name) => loaded.some((url) => url.includes('node_modules/' + name));
      console.log(JSON.stringify(['@aws-sdk', '@azure', 'google-auth-library', 'undici'].map(of)));`;
    const args = ['--no-warnings', '--input-type=module', '--eval', script];

    expect(JSON.parse(execFileSync('node', args, { encoding: 'utf8' }))).toEqual([false, false, false, true]);
  });
});
