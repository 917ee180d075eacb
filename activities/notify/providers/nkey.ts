import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** A key pair of NATS. */
export interface Nkey {
  /** As the server knows it, such as `UABC…`. */
  readonly publicKey: string;
  /** The signature of a nonce, as CONNECT wants it. */
  readonly sign: (nonce: string) => string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SEED_PREFIX = 18 << 3; // it makes the first letter an S
const SEED_LENGTH = 2 + 32 + 2;
/** What PKCS #8 writes before the 32 bytes of an Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Reads a seed (`S` with a letter for what it is for, 32 bytes and a checksum, in base 32); undefined when it is none. */
export function readNkey(seed: string): Nkey | undefined {
  const raw = fromBase32(seed.trim());
  if (raw?.length !== SEED_LENGTH || raw.readUInt16LE(SEED_LENGTH - 2) !== crc16(raw.subarray(0, -2))) {
    return undefined;
  }
  const [first = 0, second = 0] = raw;
  if ((first & 0xf8) !== SEED_PREFIX) return undefined;
  const der = Buffer.concat([PKCS8, raw.subarray(2, -2)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  // The letter is spread over the two bytes.
  const kind = ((first & 7) << 5) | (second >> 3);
  return {
    publicKey: publicKeyOf(key, kind),
    sign: (nonce) => sign(null, Buffer.from(nonce), key).toString('base64url'),
  };
}

function publicKeyOf(key: KeyObject, kind: number): string {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const body = Buffer.concat([Buffer.of(kind), der.subarray(-32)]);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(body));
  return toBase32(Buffer.concat([body, checksum]));
}

function fromBase32(text: string): Buffer | undefined {
  let bits = '';
  for (const char of text) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) return undefined;
    bits += value.toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => ALPHABET.charAt(Number.parseInt(five.padEnd(5, '0'), 2)))
    .join('');
}

/** CRC-16 of XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  }
  return crc;
}
