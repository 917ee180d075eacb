import { createHash, type KeyObject, sign } from 'node:crypto';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';

/** A repository of a registry without authentication, over plain http. */
export interface PushTarget {
  /** `http://host:port`. */
  readonly url: string;
  readonly repository: string;
}

export interface PushedDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Pushes bytes, and describes them. */
export async function pushBlob(
  { url, repository }: PushTarget,
  content: Buffer,
  mediaType: string,
): Promise<PushedDescriptor> {
  const digest = digestOf(content);
  const upload = `${url}/v2/${repository}/blobs/uploads/?digest=${digest}`;
  await expectSuccess(await fetch(upload, { method: 'POST', body: new Uint8Array(content) }));
  return { mediaType, digest, size: content.length };
}

/** Pushes a manifest of layers under a tag, or under its digest when there is none; resolves to its digest. */
export async function pushManifest(
  target: PushTarget,
  layers: readonly PushedDescriptor[],
  options: { readonly tag?: string; readonly [field: string]: unknown } = {},
): Promise<string> {
  const { tag, ...fields } = options;
  const config = await pushBlob(target, Buffer.from('{}'), EMPTY);
  return await putManifest(target, tag, { schemaVersion: 2, mediaType: MANIFEST, config, layers, ...fields });
}

/** Pushes an index, as of an image for several platforms, under a tag; resolves to its digest. */
export async function pushIndex(
  target: PushTarget,
  tag: string,
  manifests: readonly { readonly mediaType: string; readonly digest: string; readonly size: number }[],
): Promise<string> {
  return await putManifest(target, tag, { schemaVersion: 2, mediaType: INDEX, manifests });
}

const IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';
const TAGS_AT_ONCE = 16;

/**
 * Pushes an image of nothing but a label under each of the tags; resolves to its digest, which is another for another
 * `label`. A hundred tags take a moment: only the manifest is sent again.
 */
export async function pushImage(target: PushTarget, tags: readonly string[], label = ''): Promise<string> {
  const rootfs = { type: 'layers', diff_ids: [] };
  const image = { architecture: 'amd64', os: 'linux', config: { Labels: { label } }, rootfs };
  const config = await pushBlob(target, Buffer.from(JSON.stringify(image)), IMAGE_CONFIG);
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] };
  for (let at = 0; at < tags.length; at += TAGS_AT_ONCE) {
    await Promise.all(tags.slice(at, at + TAGS_AT_ONCE).map((tag) => putManifest(target, tag, manifest)));
  }
  return digestOf(Buffer.from(JSON.stringify(manifest)));
}

async function putManifest(
  { url, repository }: PushTarget,
  tag: string | undefined,
  manifest: { readonly mediaType: string; readonly [field: string]: unknown },
): Promise<string> {
  const body = Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(body);
  const headers = { 'Content-Type': manifest.mediaType };
  await expectSuccess(
    await fetch(`${url}/v2/${repository}/manifests/${tag ?? digest}`, { method: 'PUT', headers, body }),
  );
  return digest;
}

/** Signs a manifest as `cosign sign --key` of version 2 does: payload and signature under the tag of its digest. */
export async function signAsTag(
  target: PushTarget,
  {
    digest,
    key,
    claims = digest,
  }: { readonly digest: string; readonly key: KeyObject; readonly claims?: string },
): Promise<void> {
  const image = { 'docker-manifest-digest': claims };
  const critical = { identity: { 'docker-reference': '' }, image, type: 'cosign container image signature' };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const layer = await pushBlob(target, payload, 'application/vnd.dev.cosign.simplesigning.v1+json');
  const annotations = { 'dev.cosignproject.cosign/signature': signatureOf(key, payload).toString('base64') };
  await pushManifest(target, [{ ...layer, annotations }], { tag: `${digest.replace(':', '-')}.sig` });
}

/** Signs a manifest as version 3 does: a bundle that refers to it, listed under a tag where a registry keeps no list. */
export async function signAsBundle(
  target: PushTarget,
  { digest, size, key, predicateType = 'https://sigstore.dev/cosign/sign/v1' }: BundleOptions,
): Promise<void> {
  const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const payloadType = 'application/vnd.in-toto+json';
  const signed = [{ digest: { sha256: digest.replace('sha256:', '') } }];
  const body = Buffer.from(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: signed, predicateType }),
  );
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `),
    body,
  ]);
  const dsseEnvelope = {
    payload: body.toString('base64'),
    payloadType,
    signatures: [{ sig: signatureOf(key, encoded).toString('base64') }],
  };
  const content = Buffer.from(JSON.stringify({ mediaType: type, dsseEnvelope }));
  const layer = await pushBlob(target, content, type);
  const subject = { mediaType: MANIFEST, digest, size };
  const bundle = await pushManifest(target, [layer], { artifactType: type, subject });
  const referring = { mediaType: MANIFEST, digest: bundle, size: 1, artifactType: type };
  await pushIndex(target, digest.replace(':', '-'), [referring]);
}

export interface BundleOptions {
  readonly digest: string;
  readonly size: number;
  readonly key: KeyObject;
  readonly predicateType?: string;
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function signatureOf(key: KeyObject, data: Buffer): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key);
}

async function expectSuccess(answer: Response): Promise<void> {
  if (!answer.ok) throw new Error(`${answer.url}: HTTP ${answer.status}: ${await answer.text()}`);
}
