/** The files of a chart by their path below its root, with `/`; the parts that `.helmignore` names are not there. */
export type ChartFiles = ReadonlyMap<string, Buffer>;

/** A chart that may not be used. The message is the rest of a sentence about it: `it has a link …`, `Chart.yaml: …`. */
export class ChartError extends Error {
  override readonly name = 'ChartError';
}

const MIB = 1024 * 1024;

/** Flux's bounds of charts, and one of entries that it has not. */
export const CHART_LIMITS = {
  /** Of the packaged chart. */
  archiveBytes: 10 * MIB,
  /** Sum of the files, those of charts inside included. */
  bytes: 100 * MIB,
  fileBytes: 5 * MIB,
  schemaBytes: MIB,
  entries: 20_000,
  /** Charts inside charts. */
  depth: 16,
} as const;

/** What one chart may still hold: shared with the charts inside it, so that packing them does not get around it. */
export class ChartBudget {
  private bytes = 0;
  private entries = 0;

  /** Counts a file whose size is not known yet. Throws a {@link ChartError} beyond the bounds. */
  file(path: string): void {
    this.entries += 1;
    if (this.entries > CHART_LIMITS.entries)
      throw new ChartError(`it has more than ${CHART_LIMITS.entries} files (at ${shown(path)})`);
  }

  /** Counts bytes of a file that has `size` of them until now. Throws a {@link ChartError} beyond the bounds. */
  take(path: string, bytes: number, size: number): void {
    const most = path.endsWith('values.schema.json') ? CHART_LIMITS.schemaBytes : CHART_LIMITS.fileBytes;
    if (size > most)
      throw new ChartError(`${shown(path)} is larger than ${most} bytes; leave it out by .helmignore`);
    this.bytes += bytes;
    if (this.bytes > CHART_LIMITS.bytes)
      throw new ChartError(`its files are larger than ${CHART_LIMITS.bytes} bytes together`);
  }
}

/** Throws a {@link ChartError} for a packaged chart beyond the bound. */
export function checkArchiveSize(size: number): void {
  if (size > CHART_LIMITS.archiveBytes) {
    throw new ChartError(
      `it is larger than ${CHART_LIMITS.archiveBytes} bytes when packaged; leave files out by .helmignore`,
    );
  }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Helm leaves the mark out that some editors write before the text. */
export function withoutBom(content: Buffer): Buffer {
  return content.subarray(0, 3).equals(BOM) ? content.subarray(3) : content;
}

/** A path from outside, bounded and on one line, for messages. */
export function shown(path: string): string {
  return /^[\w./+-]{1,200}$/.test(path) ? path : JSON.stringify(path.slice(0, 200));
}
