import { gzipped } from '../tar-gz.ts';
import { TAR_END, tarEntry } from '../tar-writer.ts';
import { ChartError, type ChartFiles, checkArchiveSize, shown } from './chart-files.ts';
import { type ChartMetadata, isChartName } from './chart-metadata.ts';
import { readChartYaml, writeChartYaml } from './chart-values.ts';

/**
 * Packs a chart as `<name>-<version>.tgz`: the same bytes for the same files.
 *
 * Not by `helm package`, which reads the same files by the same rules but writes charts inside of charts in random order
 * and with the time of day, and two versions of one dependency over each other. Here every file stays as it is: helm
 * loads the same chart from either (a test compares them), and what it would refuse {@link loadChart} has refused.
 * Throws a {@link ChartError} when the package is too large.
 */
export async function packChart({ name }: Pick<ChartMetadata, 'name'>, files: ChartFiles): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for (const path of [...files.keys()].sort(byBytes)) {
    const content = files.get(path) as Buffer;
    blocks.push(...tarEntry({ path: `${name}/${path}`, type: 'file', mode: 0o644, content }));
  }
  blocks.push(TAR_END);
  const chunks: Buffer[] = [];
  for await (const chunk of gzipped(blocks)) chunks.push(chunk);
  const packed = Buffer.concat(chunks);
  checkArchiveSize(packed.length);
  return packed;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The files with another version in `Chart.yaml`; its comments are lost, as with `helm package`. */
export function withVersion(files: ChartFiles, version: string): ChartFiles {
  const fields = readChartYaml(files.get('Chart.yaml') ?? Buffer.alloc(0), 'Chart.yaml');
  return new Map([...files, ['Chart.yaml', writeChartYaml({ ...fields, version })]]);
}

const BUILD_METADATA = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;

/**
 * The version with build metadata, in place of its own: `v1.2-rc.1+x` with `abc` is `1.2.0-rc.1+abc`, as
 * Masterminds' semver writes it. Throws a {@link ChartError} for metadata that no version can have.
 */
export function withBuildMetadata(version: string, metadata: string): string {
  const [, major = '', minor = '0', patch = '0', prerelease = ''] =
    /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[^+]+)?/.exec(version) ?? [];
  if (major === '' || !BUILD_METADATA.test(metadata))
    throw new ChartError(`the version ${shown(version)} cannot carry ${shown(metadata)}`);
  return `${BigInt(major)}.${BigInt(minor)}.${BigInt(patch)}${prerelease}+${metadata}`;
}

/** What the artifact of a chart is called. Throws a {@link ChartError} when that is no name of a file. */
export function packageName(name: string, version: string): string {
  if (!isChartName(name) || !/^[0-9A-Za-z.+_-]+$/.test(version))
    throw new ChartError(`${shown(name)} with version ${shown(version)} makes no name of a file`);
  return `${name}-${version}.tgz`;
}
