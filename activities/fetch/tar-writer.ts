/** A directory or regular file of an archive; `path` has no leading or trailing slash. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'directory' | 'file';
  /** Permission bits. */
  readonly mode: number;
  readonly content?: Buffer;
}

const BLOCK = 512;
const ZEROS = Buffer.alloc(BLOCK);

/** What ends an archive: two empty blocks. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/**
 * The bytes of one entry, the same for the same entry anywhere and any time: owner 0, time zero. USTAR, with a
 * pax record for names that do not fit or are not ASCII, as Go's archive/tar writes them.
 */
export function tarEntry(entry: TarEntry): readonly Buffer[] {
  const content = entry.content ?? Buffer.alloc(0);
  const name = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  const split = splitName(name);
  const blocks = split
    ? [
        header({
          ...split,
          type: entry.type === 'directory' ? '5' : '0',
          mode: entry.mode,
          size: content.length,
        }),
      ]
    : withPaxName(name, entry, content.length);
  return content.length === 0 ? blocks : [...blocks, content, padding(content.length)];
}

interface Header {
  readonly name: string;
  readonly prefix: string;
  readonly type: '0' | '5' | 'x';
  readonly mode: number;
  readonly size: number;
}

function header({ name, prefix, type, mode, size }: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'utf8');
  block.write(octal(mode, 8), 100, 'latin1');
  block.write(octal(0, 8), 108, 'latin1');
  block.write(octal(0, 8), 116, 'latin1');
  block.write(octal(size, 12), 124, 'latin1');
  block.write(octal(0, 12), 136, 'latin1');
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  block.write(octal(0, 8), 329, 'latin1');
  block.write(octal(0, 8), 337, 'latin1');
  block.write(prefix, 345, 155, 'utf8');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\u0000`;
}

function splitName(name: string): { name: string; prefix: string } | undefined {
  if (/[^\x20-\x7e]/.test(name)) return undefined;
  if (name.length <= 100) return { name, prefix: '' };
  // The slash between the two is not written; a directory's last one stays in the name.
  const slash = name.indexOf('/', name.length - 101);
  if (slash < 1 || slash > 155 || slash === name.length - 1) return undefined;
  return { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
}

function withPaxName(name: string, entry: TarEntry, size: number): readonly Buffer[] {
  const record = paxRecord('path', name);
  const type = entry.type === 'directory' ? '5' : '0';
  return [
    header({ name: 'PaxHeaders.0/path', prefix: '', type: 'x', mode: 0, size: record.length }),
    record,
    padding(record.length),
    header({ name: 'path', prefix: '', type, mode: entry.mode, size }),
  ];
}

// `<length> <key>=<value>\n`, where the length counts its own digits too.
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function padding(size: number): Buffer {
  return ZEROS.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK);
}
