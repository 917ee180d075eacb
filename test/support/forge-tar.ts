import { gzipSync } from 'node:zlib';

/** An entry as an attacker would write it: every field as given, only the checksum is right. */
export interface ForgedEntry {
  readonly path: string;
  /** `0` file, `1` hard link, `2` symlink, `3` character device, `5` directory, `6` fifo, `x` pax. */
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  /** What the header claims, when it lies. */
  readonly size?: string;
}

/** A tar.gz of the entries, in their order. */
export function forgeTar(entries: Iterable<ForgedEntry>): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) blocks.push(...forgeEntry(entry));
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function forgeEntry({
  path,
  type = '0',
  content = '',
  link = '',
  mode = 0o644,
  size,
}: ForgedEntry): Buffer[] {
  const bytes = Buffer.from(content as string);
  const block = Buffer.alloc(512);
  block.write(path, 0, 100);
  block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\u00000000000\0', 108);
  block.write(size ?? `${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 12);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}

/** A pax record that renames the entry after it. */
export function paxPath(path: string): ForgedEntry {
  const rest = ` path=${path}\n`;
  const digits = Buffer.byteLength(rest) + 2 < 100 ? 2 : 3;
  return { path: 'pax', type: 'x', content: `${Buffer.byteLength(rest) + digits}${rest}` };
}
