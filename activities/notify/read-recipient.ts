import type { Provider } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, transient } from '../failures.ts';
import { type NamedSecret, type ReadSecret, tlsOf } from '../fetch/http/credentials.ts';
import { type ProxyAccess, proxyOf } from '../fetch/http/proxy.ts';
import { rememberSecret } from '../redact.ts';
import type { Recipient } from './contract.ts';
import { readHeaders } from './read-headers.ts';
import { rememberAddress } from './remember-address.ts';
import { setsCommitStatus } from './wants.ts';

const LONGEST_ADDRESS = 2048;

/**
 * A Provider with its Secrets. What is in them comes before the spec, as with Flux, and is masked from then on wherever
 * it turns up. Throws when a Secret is missing (transient: it may be on its way) or holds what cannot be used, with the
 * Secret and the key.
 */
export async function readRecipient(
  readSecret: ReadSecret,
  { metadata, spec }: Pick<Provider, 'metadata' | 'spec'>,
): Promise<Recipient> {
  const { namespace, name, uid } = metadata;
  assertNoWorkloadIdentity(spec);
  const named = (ref: { readonly name: string } | undefined, field: string) =>
    ref && readNamed(readSecret, { namespace, name: ref.name, field: `spec.${field}` });
  const secret = await named(spec.secretRef, 'secretRef');
  const cert = await named(spec.certSecretRef, 'certSecretRef');
  const proxySecret = await named(spec.proxySecretRef, 'proxySecretRef');
  if (secret) rememberAll(secret);
  rememberAddress(text(secret, 'address') ?? '');
  return {
    type: spec.type,
    name,
    namespace,
    uid,
    channel: spec.channel ?? '',
    ...credentialsOf(secret, spec),
    tls: tlsOfRecipient(cert, setsCommitStatus(spec.type) ? secret : undefined),
    proxy: proxyOfRecipient(proxySecret, secret, { namespace, name, address: spec.proxy }),
  };
}

/** The identity of an object's own account is a gate of Flux, which is closed by default; the worker's own is no stand-in for it. */
function assertNoWorkloadIdentity({ serviceAccountName }: Provider['spec']): void {
  if (!serviceAccountName) return;
  throw unusable(
    'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
  );
}

function credentialsOf(secret: NamedSecret | undefined, spec: Provider['spec']) {
  return {
    address: addressOf(secret) ?? spec.address ?? '',
    username: text(secret, 'username') ?? spec.username ?? '',
    password: text(secret, 'password') ?? '',
    token: text(secret, 'token') ?? '',
    headers: headersOf(secret, spec),
    secret: secret?.data ?? {},
  };
}

async function readNamed(
  readSecret: ReadSecret,
  { namespace, name, field }: { readonly namespace: string; readonly name: string; readonly field: string },
): Promise<NamedSecret> {
  const where = `secret '${namespace}/${name}' of ${field}`;
  const data = await readSecret(namespace, name);
  // It may come with the Provider, and after it.
  if (data === undefined) throw transient(Reason.NotificationDispatchFailed, `${where} not found; create it`);
  return { data, where };
}

/** An authority that is named is the only one, as in notification-controller. */
function tlsOfRecipient(cert: NamedSecret | undefined, own: NamedSecret | undefined): Recipient['tls'] {
  if (!cert) return own && tlsOf(own, { isOnlyAuthority: true });
  const tls = tlsOf(cert, { isOnlyAuthority: true });
  if (!tls) throw unusable(`${cert.where} has neither 'ca.crt' nor 'tls.crt' with 'tls.key'; add them`);
  return tls;
}

/** The Secret for it comes before the older ways. */
function proxyOfRecipient(
  proxySecret: NamedSecret | undefined,
  secret: NamedSecret | undefined,
  spec: { readonly namespace: string; readonly name: string; readonly address: string | undefined },
): ProxyAccess | undefined {
  if (proxySecret) return proxyOf(proxySecret);
  const older = text(secret, 'proxy');
  if (secret && older)
    return proxyOf({ data: { address: Buffer.from(older) }, where: `the key 'proxy' of ${secret.where}` });
  if (!spec.address) return undefined;
  const where = `spec.proxy of provider '${spec.namespace}/${spec.name}'`;
  return proxyOf({ data: { address: Buffer.from(spec.address) }, where });
}

function addressOf(secret: NamedSecret | undefined): string | undefined {
  const address = text(secret, 'address');
  if (address !== undefined && address.length > LONGEST_ADDRESS)
    throw unusable(`${secret?.where}: its 'address' is longer than ${LONGEST_ADDRESS} characters`);
  return address;
}

function headersOf(
  secret: NamedSecret | undefined,
  { type }: Provider['spec'],
): Readonly<Record<string, string>> {
  const yaml = text(secret, 'headers');
  if (!secret || !yaml) return {};
  return readHeaders({ yaml, where: secret.where, isAttributes: type === 'googlepubsub' });
}

// What everybody may read, and what would mask ordinary words.
const OPEN: ReadonlySet<string> = new Set(['username', 'ca.crt', 'caFile', 'tls.crt', 'certFile', 'headers']);

function rememberAll({ data }: NamedSecret): void {
  for (const [key, value] of Object.entries(data)) {
    if (!OPEN.has(key)) rememberSecret(value.toString().trim());
  }
}

/** A value as people mean it, without the line break of `echo`. */
function text(secret: NamedSecret | undefined, key: string): string | undefined {
  return secret?.data[key]?.toString().trim();
}

function unusable(message: string): Error {
  return failed(Reason.NotificationDispatchFailed, message);
}
