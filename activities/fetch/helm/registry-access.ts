import { Reason } from '../../../api/reasons.ts';
import { stalled } from '../../failures.ts';
import { type ReadSecret, tlsOf } from '../http/credentials.ts';
import type { RegistryAccess, RegistryRequest } from '../oci/contract.ts';
import { registryBasicOf } from '../oci/docker-config.ts';
import { type CloudLogin, isCloudProvider } from '../oci/login/contract.ts';
import { apiHost, parseRepository } from '../oci/reference.ts';
import type { RepositoryRef } from './contract.ts';
import { invalidUrl, secretsOf, timeoutOf } from './repository-access.ts';

/** How to speak to the registry of a HelmRepository about one of its charts. */
export interface ChartRegistry {
  readonly access: RegistryAccess;
  /** Of the chart, without the host. */
  readonly repository: string;
  /** `oci://host/path/chart`, for messages and for `urls`. */
  readonly shown: string;
}

export interface RegistryAccessOptions {
  readonly readSecret: ReadSecret;
  readonly cloudLogin: CloudLogin;
  readonly signal: AbortSignal;
}

/**
 * Reads where a chart is in a registry, and what that wants to see: a docker config, or username and password; without
 * a Secret what the provider gives. Throws URLInvalid and InvalidChartReference (stalled), and AuthenticationFailed.
 */
export async function chartRegistryOf(
  repository: RepositoryRef,
  chart: string,
  { readSecret, cloudLogin, signal }: RegistryAccessOptions,
): Promise<ChartRegistry> {
  const { spec } = repository;
  if (!/^oci:\/\/./i.test(spec.url)) throw invalidUrl('must be oci:// with a host where spec.type is oci');
  const base = spec.url.replace(/\/+$/, '');
  const found = parseRepository(`${base}/${chart}`);
  if (typeof found === 'string') throw isGood(base) ? invalidChart(chart) : invalidUrl(found);
  const { secret, certSecret } = await secretsOf(repository, readSecret);
  const tls = certSecret ? tlsOf(certSecret) : secret && tlsOf(secret);
  const { host } = found;
  const { provider } = spec;
  const login = () => (isCloudProvider(provider) ? cloudLogin(provider, { host, signal }) : undefined);
  const basic = secret ? registryBasicOf(secret, host) : await login();
  const origin = new URL(`${spec.insecure === true ? 'http' : 'https'}://${apiHost(host)}`);
  return {
    access: { host, origin, basic, tls },
    repository: found.name,
    shown: `oci://${host}/${found.name}`,
  };
}

/** A question about the chart, bounded by `spec.timeout`. */
export function requestOf(
  { access, repository }: ChartRegistry,
  ref: RepositoryRef,
  signal: AbortSignal,
): RegistryRequest {
  return { access, repository, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutOf(ref))]) };
}

// A registry may have charts at its top.
function isGood(base: string): boolean {
  return typeof parseRepository(`${base}/chart`) !== 'string';
}

function invalidChart(chart: string): Error {
  const shown = JSON.stringify(chart.slice(0, 80));
  return stalled(
    Reason.InvalidChartReference,
    `invalid chart reference: ${shown} is no name of a chart in a registry: lower-case letters, digits and separators`,
  );
}
