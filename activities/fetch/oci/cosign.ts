import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Descriptor, Manifest, RegistryClient, RegistryRequest } from './contract.ts';
import { isSignedBy } from './public-keys.ts';

const SIGNATURE_LAYER = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE_ANNOTATION = 'dev.cosignproject.cosign/signature';
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(\.v0\.[0-9]+\+json|\+json;version=0\.[0-9]+)$/;
const STATEMENT = 'application/vnd.in-toto+json';
const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';
const LARGEST_PAYLOAD = 1024 * 1024;
const MOST_SIGNATURES = 50;

/** What looking for a good signature came to. */
export type SignatureVerdict = 'good' | 'unsigned' | 'wrong';

const payload = z.object({
  critical: z.object({ image: z.object({ 'docker-manifest-digest': z.string() }) }),
});
const statement = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })),
  predicateType: z.string(),
});
const bundle = z.object({
  dsseEnvelope: z
    .object({
      payload: z.string(),
      payloadType: z.string(),
      signatures: z.array(z.object({ sig: z.string() })),
    })
    .optional(),
});

/**
 * Looks for a signature of a manifest that one of the keys made, where cosign puts them: under the tag
 * `sha256-<hex>.sig`, or as a bundle that refers to the manifest. Throws {@link HttpError}.
 */
export async function verifySignature(
  registry: RegistryClient,
  request: RegistryRequest,
  signed: Manifest,
  keys: readonly KeyObject[],
): Promise<SignatureVerdict> {
  const tagged = await registry.getManifest(request, `${signed.digest.replace(':', '-')}.sig`);
  const layers = (tagged?.layers ?? []).filter(isSignature).slice(0, MOST_SIGNATURES);
  for (const layer of layers) {
    const bytes = await registry.getBlob(request, layer, LARGEST_PAYLOAD);
    if (isGoodPayload(bytes, layer, signed, keys)) return 'good';
  }
  const referring = (await registry.listReferrers(request, signed.digest))
    .filter(({ artifactType, mediaType }) => BUNDLE.test(artifactType ?? '') || BUNDLE.test(mediaType))
    .slice(0, MOST_SIGNATURES);
  for (const { digest } of referring) {
    const blob = (await registry.getManifest(request, digest))?.layers.find(({ mediaType }) =>
      BUNDLE.test(mediaType),
    );
    if (blob && isGoodBundle(await registry.getBlob(request, blob, LARGEST_PAYLOAD), signed, keys))
      return 'good';
  }
  return layers.length + referring.length === 0 ? 'unsigned' : 'wrong';
}

function isSignature({ mediaType, annotations }: Descriptor): boolean {
  return mediaType === SIGNATURE_LAYER && annotations?.[SIGNATURE_ANNOTATION] !== undefined;
}

/** A payload that names the manifest, and a signature over its bytes. */
function isGoodPayload(
  bytes: Buffer,
  layer: Descriptor,
  signed: Manifest,
  keys: readonly KeyObject[],
): boolean {
  const signature = Buffer.from(layer.annotations?.[SIGNATURE_ANNOTATION] ?? '', 'base64');
  if (!keys.some((key) => isSignedBy(key, bytes, signature))) return false;
  const read = payload.safeParse(jsonOf(bytes));
  return read.success && read.data.critical.image['docker-manifest-digest'] === signed.digest;
}

/** A signed statement of cosign about the manifest; those of other kinds, such as a list of parts, say nothing of its worth. */
function isGoodBundle(bytes: Buffer, signed: Manifest, keys: readonly KeyObject[]): boolean {
  const read = bundle.safeParse(jsonOf(bytes));
  if (!read.success) return false;
  const { dsseEnvelope: envelope } = read.data;
  if (envelope?.payloadType !== STATEMENT) return false;
  const body = Buffer.from(envelope.payload, 'base64');
  const encoded = preAuthenticationEncoding(envelope.payloadType, body);
  const isSigned = envelope.signatures.some(({ sig }) =>
    keys.some((key) => isSignedBy(key, encoded, Buffer.from(sig, 'base64'))),
  );
  const said = statement.safeParse(jsonOf(body));
  if (!isSigned || !said.success || said.data.predicateType !== SIGN_PREDICATE) return false;
  return said.data.subject.some(({ digest }) => `sha256:${digest.sha256}` === signed.digest);
}

/** What a DSSE envelope has signed: type and body with their lengths (secure-systems-lab/dsse, protocol.md). */
function preAuthenticationEncoding(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined; // whoever signed it, it says nothing about the manifest
  }
}
