/** What the 512 bytes before an entry say, unchecked but for their form. */
export interface RawHeader {
  readonly path: string;
  /** Tar's letter, `\0` in old archives. */
  readonly type: string;
  /** Permission bits. */
  readonly mode: number;
  readonly size: number;
}

/** Reads one header block. Throws when it is none: a wrong checksum, or a size that is no number. */
export function parseTarHeader(block: Buffer): RawHeader {
  if (sumOf(block) !== octal(block, 148, 8)) throw new Error('it has a header with a wrong checksum');
  const name = text(block, 0, 100);
  // Only POSIX has the prefix; GNU keeps times there.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : '';
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156] ?? 0),
    mode: octal(block, 100, 8) & 0o777,
    size: sizeOf(block),
  };
}

function sumOf(block: Buffer): number {
  let sum = 0;
  for (const [i, byte] of block.entries()) sum += i >= 148 && i < 156 ? 0x20 : byte;
  return sum;
}

// Sizes above 8 GiB are binary; whatever does not fit our bounds may as well be refused here.
function sizeOf(block: Buffer): number {
  if (((block[124] ?? 0) & 0x80) === 0) return octal(block, 124, 12);
  if (block[124] !== 0x80 || block.readUIntBE(125, 5) !== 0)
    throw new Error('it has a file that is too large');
  return block.readUIntBE(130, 6);
}

function octal(block: Buffer, start: number, length: number): number {
  const digits = block
    .toString('latin1', start, start + length)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw new Error('it has a header with a number that is none');
  return Number.parseInt(digits, 8);
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}
