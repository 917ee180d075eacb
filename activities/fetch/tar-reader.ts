import { parseTarHeader, type RawHeader } from './tar-header.ts';

/** An archive that may not be extracted, with the reason. */
export class ArchiveError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ArchiveError';
  }
}

/** Takes the entries of an archive, one after the other. */
export interface TarSink {
  /** A directory, file or anything else: `type` is tar's own letter. Content follows for files only. */
  begin(entry: { readonly path: string; readonly type: string; readonly mode: number }): void;
  data(chunk: Buffer): void;
  end(): void;
}

const BLOCK = 512;
const FILE_TYPES = new Set(['0', '\0', '7']);
const META_TYPES = new Set(['x', 'L', 'g', 'K']);
const LONGEST_META = 64 * 1024;

/**
 * Reads a tar stream in the dialects that exist (USTAR, pax, GNU long names) and hands its entries to a sink.
 * Nothing a header says is believed further than the bytes that follow. Throws {@link ArchiveError}.
 */
export class TarReader {
  private readonly sink: TarSink;
  private block = Buffer.alloc(0);
  private current: RawHeader | undefined;
  /** Content bytes still to come, then padding. */
  private content = 0;
  private padding = 0;
  private meta: Buffer[] = [];
  /** The name that a pax record or a GNU long name gives to the next entry. */
  private name: string | undefined;
  private size: number | undefined;
  private isOver = false;

  constructor(sink: TarSink) {
    this.sink = sink;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.isOver) {
      if (this.content > 0) rest = this.takeContent(rest);
      else if (this.padding > 0) rest = this.skipPadding(rest);
      else rest = this.takeHeader(rest);
    }
  }

  /** Must be called after the last chunk. */
  finish(): void {
    if (!this.isOver && (this.content > 0 || this.block.length > 0))
      throw new ArchiveError('it ends in the middle of an entry');
  }

  private takeHeader(chunk: Buffer): Buffer {
    const wanted = BLOCK - this.block.length;
    this.block = Buffer.concat([this.block, chunk.subarray(0, wanted)]);
    if (this.block.length === BLOCK) {
      const block = this.block;
      this.block = Buffer.alloc(0);
      if (block.every((byte) => byte === 0)) this.isOver = true;
      else this.begin(parseTarHeader(block));
    }
    return chunk.subarray(wanted);
  }

  private begin(header: RawHeader): void {
    const isMeta = META_TYPES.has(header.type);
    const size = isMeta ? header.size : (this.size ?? header.size);
    if (header.type === 'S') throw new ArchiveError('it has a sparse file');
    if (isMeta && size > LONGEST_META) throw new ArchiveError('it has a header that is too long');
    this.current = header;
    this.content = size;
    this.padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (!isMeta) {
      this.sink.begin({ path: this.name ?? header.path, type: typeOf(header), mode: header.mode });
      this.name = undefined;
      this.size = undefined;
    }
    if (size === 0) this.endEntry();
  }

  private takeContent(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.content);
    this.content -= part.length;
    const type = this.current?.type ?? '';
    if (META_TYPES.has(type)) this.meta.push(part);
    else if (FILE_TYPES.has(type)) this.sink.data(part);
    if (this.content === 0) this.endEntry();
    return chunk.subarray(part.length);
  }

  private skipPadding(chunk: Buffer): Buffer {
    const skipped = Math.min(chunk.length, this.padding);
    this.padding -= skipped;
    return chunk.subarray(skipped);
  }

  private endEntry(): void {
    const type = this.current?.type ?? '';
    const meta = Buffer.concat(this.meta);
    this.meta = [];
    if (type === 'L') this.name = meta.toString('utf8').replace(/\0[\s\S]*$/, '');
    else if (type === 'x') this.takePax(meta);
    else if (FILE_TYPES.has(type)) this.sink.end();
  }

  private takePax(meta: Buffer): void {
    for (const [key, value] of paxRecords(meta)) {
      if (key.startsWith('GNU.sparse.')) throw new ArchiveError('it has a sparse file');
      if (key === 'path') this.name = value;
      if (key === 'size') this.size = paxSize(value);
    }
  }
}

// Before POSIX a directory was a file whose name ends in a slash.
function typeOf({ type, path }: RawHeader): string {
  if (!FILE_TYPES.has(type)) return type;
  return type === '\0' && path.endsWith('/') ? '5' : '0';
}

/** `<length> <key>=<value>\n`, again and again; the length counts the whole record. */
function* paxRecords(meta: Buffer): Generator<readonly [key: string, value: string]> {
  for (let position = 0; position < meta.length; ) {
    const space = meta.indexOf(0x20, position);
    const digits = space < 0 ? '' : meta.toString('latin1', position, space);
    const end = position + Number(digits);
    if (!/^\d{1,5}$/.test(digits) || end <= space || end > meta.length)
      throw new ArchiveError('it has a broken pax record');
    const record = meta.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals < 1) throw new ArchiveError('it has a broken pax record');
    yield [record.slice(0, equals), record.slice(equals + 1)];
    position = end;
  }
}

function paxSize(value: string): number {
  if (/^\d{1,12}$/.test(value)) return Number(value);
  throw new ArchiveError('it has a broken pax record');
}
