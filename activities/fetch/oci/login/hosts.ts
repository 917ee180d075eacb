import { Reason } from '../../../../api/reasons.ts';
import { failed } from '../../../failures.ts';
import type { CloudProvider } from './contract.ts';

/** A registry of a cloud. */
export interface CloudHost {
  readonly host: string;
  /** Hosts of the same key take the same credentials. */
  readonly key: string;
}

export const PUBLIC_ECR = 'public.ecr.aws';

const ECR =
  /^\d+\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws)$/;
const ACR = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.azurecr\.(?:io|cn|de|us)$/;
const GCP = /^(?:(?:[a-z0-9.-]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev|docker\.s3nsregistry\.fr)$/;

const SERVED: Readonly<Record<CloudProvider, string>> = {
  aws: `<account>.dkr.ecr.<region>.amazonaws.com and ${PUBLIC_ECR}`,
  azure: '<name>.azurecr.io and its sovereign siblings',
  gcp: 'gcr.io, *.gcr.io and <location>-docker.pkg.dev',
};

/**
 * Sees to it that a host is one of the provider's registries: the identity of the worker is shown to no other. Those
 * that Flux knows, except for names that merely hold one. Throws AuthenticationFailed.
 */
export function cloudHostOf(provider: CloudProvider, text: string): CloudHost {
  const host = text.toLowerCase().replace(/:443$/, '');
  const key = keyOf(provider, host);
  if (key !== undefined) return { host, key };
  const message = `failed to get credential from '${provider}': '${text}' is none of its registries, which are ${SERVED[provider]}; correct the address, or set spec.provider to generic`;
  throw failed(Reason.AuthenticationFailed, message);
}

/** The region of a registry of ECR. */
export function ecrRegionOf(host: string): string | undefined {
  return ECR.exec(host)?.[1];
}

function keyOf(provider: CloudProvider, host: string): string | undefined {
  switch (provider) {
    case 'aws':
      return host === PUBLIC_ECR ? host : ecrRegionOf(host);
    case 'azure':
      return ACR.test(host) ? host : undefined;
    case 'gcp':
      return GCP.test(host) ? 'gcp' : undefined;
  }
}
