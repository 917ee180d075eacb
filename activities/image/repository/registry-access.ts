import { ApplicationFailure } from '@temporalio/common';
import type { ImageRepository } from '../../../api/image-repository.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed, stalled, transient } from '../../failures.ts';
import { type NamedSecret, type ReadSecret, readNamedSecret, tlsOf } from '../../fetch/http/credentials.ts';
import { proxyOf } from '../../fetch/http/proxy.ts';
import type { RegistryAccess } from '../../fetch/oci/contract.ts';
import { pullCredentialsOf } from '../../fetch/oci/pull-secrets.ts';
import { apiHost, mayBePlain } from '../../fetch/oci/reference.ts';
import { secretReader } from '../../kube/secret-reader.ts';
import { rememberSecret } from '../../redact.ts';
import { type ImageName, readImageName } from './canonical-name.ts';
import type { RegistryAccessDeps } from './contract.ts';

/**
 * How to speak to the registry of an ImageRepository, by Flux's fields: credentials of the cloud, or of the Secrets that
 * the object and its ServiceAccount name; certificates; a proxy. Throws ImageURLInvalid, UnsupportedField and
 * FeatureGateDisabled (stalled), and AuthenticationFailed.
 */
export async function registryAccessOf(
  deps: RegistryAccessDeps,
  repository: ImageRepository,
  signal: AbortSignal,
): Promise<RegistryAccess> {
  const image = readImageName(repository.spec.image);
  assertNoWorkloadIdentity(repository);
  try {
    return await accessOf(deps, repository, image, signal);
  } catch (error) {
    throw withPrefix(error);
  }
}

async function accessOf(
  deps: RegistryAccessDeps,
  repository: ImageRepository,
  image: ImageName,
  signal: AbortSignal,
): Promise<RegistryAccess> {
  const { spec, metadata } = repository;
  const readSecret = secretReader(deps.kube);
  const read = (reference: { readonly name: string } | undefined, field: string) =>
    reference && readNamedSecret(readSecret, { namespace: metadata.namespace, name: reference.name, field });
  const certificates = await read(spec.certSecretRef, 'spec.certSecretRef');
  const proxy = await read(spec.proxySecretRef, 'spec.proxySecretRef');
  return {
    host: image.host,
    origin: new URL(`https://${apiHost(image.host)}`),
    mayBePlain: spec.insecure === true ? 'if needed' : mayBePlain(image.host),
    basic: await basicOf(deps, repository, image, { readSecret, signal }),
    tls: certificates && tlsOf(certificates),
    proxy: proxy && proxyOf(proxy),
  };
}

interface Reading {
  readonly readSecret: ReadSecret;
  readonly signal: AbortSignal;
}

async function basicOf(
  deps: RegistryAccessDeps,
  { spec, metadata: { namespace } }: ImageRepository,
  image: ImageName,
  { readSecret, signal }: Reading,
) {
  if (spec.provider !== 'generic') {
    const { username, password } = await deps.cloudLogin(spec.provider, { host: image.host, signal });
    rememberSecret(password);
    return { username, password };
  }
  const secrets: NamedSecret[] = [];
  if (spec.secretRef) {
    const { name } = spec.secretRef;
    secrets.push(await readNamedSecret(readSecret, { namespace, name, field: 'spec.secretRef' }));
  }
  if (spec.serviceAccountName) {
    const field = `serviceaccount '${namespace}/${spec.serviceAccountName}'`;
    for (const name of await pullSecretNames(deps, namespace, spec.serviceAccountName)) {
      secrets.push(await readNamedSecret(readSecret, { namespace, name, field }));
    }
  }
  return pullCredentialsOf(secrets, image);
}

async function pullSecretNames(
  { kube }: RegistryAccessDeps,
  namespace: string,
  name: string,
): Promise<readonly string[]> {
  const account = await kube.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name });
  if (!account) {
    const message = `serviceaccount '${namespace}/${name}' not found; create it or correct spec.serviceAccountName`;
    throw failed(Reason.AuthenticationFailed, message);
  }
  const references = (account['imagePullSecrets'] ?? []) as readonly { readonly name?: string }[];
  return references.flatMap((reference) => reference.name ?? []);
}

/**
 * Throws a stalled FeatureGateDisabled: the identity of an object's own account is a gate of Flux, which is closed by
 * default. `field` is the one that a reader of the message looks for.
 */
export function assertNoWorkloadIdentity({ spec }: ImageRepository, field = 'spec.serviceAccountName'): void {
  if (spec.provider === 'generic' || !spec.serviceAccountName) return;
  throw stalled(
    Reason.FeatureGateDisabled,
    `to use ${field} for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller`,
  );
}

/** Flux's words before what is missing; other failures as they are. */
function withPrefix(error: unknown): unknown {
  if (!(error instanceof ApplicationFailure) || error.type !== Reason.AuthenticationFailed) return error;
  const message = `failed to configure authentication options: ${error.message}`;
  return error.nonRetryable
    ? failed(Reason.AuthenticationFailed, message)
    : transient(Reason.AuthenticationFailed, message);
}
