import { type Registry, startRegistry } from '../../tools/registry.ts';
import { type PackageOptions, packageChart } from './charts.ts';
import { helm } from './helm.ts';

/** A real OCI registry on loopback that charts are pushed to by the plain helm. */
export interface ChartRegistry extends AsyncDisposable {
  /** For `spec.url` of a HelmRepository of type oci with `insecure: true`. */
  readonly url: string;
  readonly registry: Registry;
  /** Packs a chart of the set and pushes it; resolves to its digest. */
  push(chart: string, options?: PackageOptions): Promise<string>;
}

/** Starts an empty registry; `dir` holds its log. */
export async function startChartRegistry(dir: string): Promise<ChartRegistry> {
  const registry = await startRegistry({ dir });
  const url = `oci://${registry.host}/charts`;
  return {
    url,
    registry,
    push: async (chart, options) => {
      const said = await helm(['push', await packageChart(chart, options), url, '--plain-http']);
      const digest = /Digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1];
      if (digest === undefined) throw new Error(`helm push named no digest: ${said}`);
      return digest;
    },
    [Symbol.asyncDispose]: () => registry.stop(),
  };
}
