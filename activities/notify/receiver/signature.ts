import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { RefusedHookError } from './contract.ts';

const HEX_DIGITS: Readonly<Record<string, number>> = { sha1: 40, sha256: 64, sha512: 128 };

/**
 * Checks a signature `<algorithm>=<hex>` of the bytes as they came. Which algorithms there are follows go-github's
 * `ValidateSignature`, as notification-controller does. Throws a {@link RefusedHookError}.
 */
export function assertSignature(header: string | null, body: Buffer, token: Buffer): void {
  if (!header) throw new RefusedHookError('the signature is missing');
  const equals = header.indexOf('=');
  const algorithm = header.slice(0, equals);
  if (equals < 0 || !Object.hasOwn(HEX_DIGITS, algorithm)) {
    throw new RefusedHookError('the signature is of none of sha1, sha256 and sha512');
  }
  assertHexSignature(algorithm, header.slice(equals + 1), body, token);
}

/** The same for a signature whose algorithm is known. */
export function assertHexSignature(algorithm: string, hex: string, body: Buffer, token: Buffer): void {
  const isHex = /^[0-9a-fA-F]+$/.test(hex) && hex.length === HEX_DIGITS[algorithm];
  const wanted = createHmac(algorithm, token).update(body).digest();
  if (!isHex || !timingSafeEqual(wanted, Buffer.from(hex, 'hex')))
    throw new RefusedHookError('the signature is not that of the body');
}

/** Compares a header with the token in a time that tells neither the token nor its length. */
export function assertToken(header: string | null, token: Buffer): void {
  if (header === null) throw new RefusedHookError('the token is missing');
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  // Values of headers are bytes, which Node hands out as Latin-1.
  if (!timingSafeEqual(digest(Buffer.from(header, 'latin1')), digest(token)))
    throw new RefusedHookError('the token is not that of the Receiver');
}
