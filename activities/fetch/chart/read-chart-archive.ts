import { posix } from 'node:path';
import { messageOf } from '../../failures.ts';
import { readTarGz } from '../tar-gz.ts';
import { ArchiveError, type TarSink } from '../tar-reader.ts';
import {
  type ChartBudget,
  ChartError,
  type ChartFiles,
  checkArchiveSize,
  shown,
  withoutBom,
} from './chart-files.ts';

/**
 * Reads a packaged chart into memory, with helm's rules of names (pkg/chart/loader/archive): the first segment is the
 * chart's directory whatever it is called, backslashes are slashes. Links, which helm takes for empty files, and
 * anything else that is neither file nor directory is refused. Throws a {@link ChartError}.
 */
export async function readChartArchive(archive: Buffer, budget: ChartBudget): Promise<ChartFiles> {
  checkArchiveSize(archive.length);
  const sink = new ChartSink(budget);
  try {
    await readTarGz(archive, sink);
  } catch (error) {
    throw error instanceof ArchiveError ? new ChartError(error.message) : error;
  }
  if (sink.files.size === 0) throw new ChartError('it has no files');
  return sink.files;
}

class ChartSink implements TarSink {
  readonly files = new Map<string, Buffer>();
  private readonly budget: ChartBudget;
  private path: string | undefined;
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(budget: ChartBudget) {
    this.budget = budget;
  }

  begin({ path, type }: { readonly path: string; readonly type: string }): void {
    this.path = undefined;
    this.guard(() => {
      this.budget.file(path);
      if (type === '5') return;
      if (type === '1' || type === '2')
        throw new ChartError(`${shown(path)} is a link; put the file itself into the chart`);
      if (type !== '0') throw new ChartError(`${shown(path)} is neither a file nor a directory`);
      this.path = pathInChart(path);
      this.chunks = [];
      this.size = 0;
    });
  }

  data(chunk: Buffer): void {
    this.guard(() => {
      this.size += chunk.length;
      this.budget.take(this.path ?? '', chunk.length, this.size);
      this.chunks.push(chunk);
    });
  }

  end(): void {
    if (this.path !== undefined) this.files.set(this.path, withoutBom(Buffer.concat(this.chunks)));
  }

  /** The reader of the archive takes any other error for a fault of the gzip stream. */
  private guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      throw new ArchiveError(messageOf(error));
    }
  }
}

const LONGEST_PATH = 4096;

function pathInChart(name: string): string {
  const [directory = '', ...rest] = name.replaceAll('\\', '/').split('/');
  const path = posix.normalize(rest.join('/'));
  if (directory === 'Chart.yaml') throw new ChartError('Chart.yaml is not in a directory of its own');
  const why = problemOf(path);
  if (why !== undefined) throw new ChartError(`the path ${shown(name)} ${why}`);
  return path;
}

function problemOf(path: string): string | undefined {
  if (path === '.') return 'is outside the directory of the chart';
  if (path.startsWith('/')) return 'is absolute';
  if (path === '..' || path.startsWith('../')) return 'leads out of the chart';
  if (/^[a-zA-Z]:\//.test(path)) return 'is absolute';
  if (/[\p{Cc}\ufffd]/u.test(path)) return 'holds control characters or bytes that are not UTF-8';
  return path.length > LONGEST_PATH ? 'is too long' : undefined;
}
