import { createHash } from 'node:crypto';
import { define, type FunctionTable } from '../function.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ADLER_MODULUS = 65521;

/** Encodings and checksums of bytes. */
export const encodingFunctions: FunctionTable = {
  b64enc: define(['string'], (bytes) => Buffer.from(bytes, 'latin1').toString('base64')),
  b64dec: define(['string'], decodeBase64),
  b32enc: define(['string'], encodeBase32),
  b32dec: define(['string'], decodeBase32),
  sha1sum: define(['string'], (bytes) => hash('sha1', bytes)),
  sha256sum: define(['string'], (bytes) => hash('sha256', bytes)),
  sha512sum: define(['string'], (bytes) => hash('sha512', bytes)),
  adler32sum: define(['string'], adler32),
};

function hash(algorithm: string, bytes: string): string {
  return createHash(algorithm).update(Buffer.from(bytes, 'latin1')).digest('hex');
}

/** What is no base64 is answered by Go's complaint, as the original does. */
function decodeBase64(text: string): string {
  const stripped = text.replace(/[\r\n]/g, '');
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(stripped)?.[0] ?? '';
  if (valid.length === stripped.length) return Buffer.from(stripped, 'base64').toString('latin1');
  return `illegal base64 data at input byte ${firstIllegal(text, /[A-Za-z0-9+/]/, 4)}`;
}

function encodeBase32(bytes: string): string {
  let bits = '';
  for (const byte of bytes) bits += byte.charCodeAt(0).toString(2).padStart(8, '0');
  const groups = bits.match(/.{1,5}/g) ?? [];
  const text = groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

function decodeBase32(text: string): string {
  const stripped = text.replace(/[\r\n]/g, '');
  const shape = /^(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?/;
  const valid = shape.exec(stripped)?.[0] ?? '';
  if (valid.length !== stripped.length)
    return `illegal base32 data at input byte ${firstIllegal(text, /[A-Z2-7]/, 8)}`;
  let bits = '';
  for (const char of stripped.replace(/=+$/, '')) bits += BASE32.indexOf(char).toString(2).padStart(5, '0');
  const bytes = bits.match(/.{8}/g) ?? [];
  return bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 2))).join('');
}

function firstIllegal(text: string, alphabet: RegExp, group: number): number {
  const stray = Array.from(text).findIndex((char) => !alphabet.test(char) && char !== '\n' && char !== '\r');
  // What ends too early is wrong at the beginning of its last group.
  return stray === -1 ? Math.floor(text.length / group) * group : stray;
}

function adler32(bytes: string): string {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte.charCodeAt(0)) % ADLER_MODULUS;
    b = (b + a) % ADLER_MODULUS;
  }
  return String(b * 65536 + a);
}
