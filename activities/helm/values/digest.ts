import { createHash } from 'node:crypto';
import { type GoMap, toGoValue } from './go-value.ts';
import { encodeGoYaml } from './go-yaml.ts';

// blake3, which Flux can be told to digest with, is not among the algorithms of Node.
const DIGEST = /^(?:sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** `sha256:` of encoded values, as Flux's configDigest. */
export function digestEncoded(encoded: string): string {
  return digestBy('sha256', encoded);
}

/** The configDigest of the values in a release that helm has stored. Throws UnusableValue. */
export function digestConfig(config: Readonly<Record<string, unknown>> | null | undefined): string {
  return digestEncoded(encodeGoYaml(toGoValue(config ?? {}) as GoMap));
}

/**
 * Whether the digest is that of the values, as `VerifyValues` of fluxcd/pkg/chartutil: of any known algorithm, also of
 * sha1, which early releases of Flux kept. False for what is no digest.
 */
export function verifyValues(digest: string, { encoded }: { readonly encoded: string }): boolean {
  const [algorithm = ''] = digest.split(':', 1);
  return DIGEST.test(digest) && digestBy(algorithm, encoded) === digest;
}

function digestBy(algorithm: string, encoded: string): string {
  return `${algorithm}:${createHash(algorithm).update(encoded).digest('hex')}`;
}
