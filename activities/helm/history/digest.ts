import { createHash } from 'node:crypto';

const HEX_LENGTH: Readonly<Record<string, number>> = { sha1: 40, sha256: 64, sha384: 96, sha512: 128 };

/** `sha256:<hex>`, the form in which the status names content. */
export function sha256(text: string): string {
  return digest('sha256', text);
}

/** Whether one of the texts has a digest; undefined when it is not written as a digest of a known algorithm. */
export function hasDigest(wanted: string, texts: readonly string[]): boolean | undefined {
  const [, algorithm = '', hex = ''] = /^([a-z0-9]+):([a-f0-9]+)$/.exec(wanted) ?? [];
  if (!Object.hasOwn(HEX_LENGTH, algorithm) || HEX_LENGTH[algorithm] !== hex.length) return undefined;
  return texts.some((text) => digest(algorithm, text) === wanted);
}

function digest(algorithm: string, text: string): string {
  return `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;
}
