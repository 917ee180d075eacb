import { isOci } from '../../../api/helm-repository.ts';
import type { AskForArtifact } from '../ask-for-artifact.ts';
import type { HttpClient } from '../http/client.ts';
import type { ReadSecret } from '../http/credentials.ts';
import type { RegistryClient } from '../oci/contract.ts';
import type { CloudLogin } from '../oci/login/contract.ts';
import type { OpenArtifact } from '../open-artifact.ts';
import type { ArtifactStore } from '../store.ts';
import type { ChartRepositories } from './contract.ts';
import { createIndexFetcher } from './fetch-index.ts';
import { downloadChart, resolveVersion } from './http-charts.ts';
import { createOciCharts } from './oci-charts.ts';
import { createOpenIndex } from './open-index.ts';

export interface ChartRepositoriesOptions {
  /** Speaks to all servers that tenants name; closed by whoever made it. */
  readonly client: HttpClient;
  readonly registry: RegistryClient;
  readonly readSecret: ReadSecret;
  /** For registries with a provider. */
  readonly cloudLogin: CloudLogin;
  readonly store: ArtifactStore;
  /** Artifacts as files, of whoever serves them. */
  readonly openArchive: OpenArtifact;
  readonly askForArtifact: AskForArtifact;
  /** Holds scratch; belongs to this process alone. */
  readonly dataDir: string;
  /** Where others reach the store's artifact server: `http://host:port`. */
  readonly advertisedUrl: string;
}

/** Charts of HelmRepositories of either type. */
export function createChartRepositories(options: ChartRepositoriesOptions): ChartRepositories {
  const { client, registry, readSecret, cloudLogin } = options;
  const openIndex = createOpenIndex(options);
  const registries = createOciCharts({ registry, readSecret, cloudLogin });
  return {
    ...createIndexFetcher({ ...options, openIndex }),
    async resolve(repository, wanted, chartOptions) {
      if (isOci(repository.spec)) return await registries.resolve(repository, wanted, chartOptions);
      const { signal } = chartOptions;
      const index = await (wanted.index
        ? openIndex.ofArtifact(repository, wanted.index, signal)
        : openIndex.ofRepository(repository, signal));
      return resolveVersion(index, repository, wanted);
    },
    download: (repository, version, chartOptions) =>
      isOci(repository.spec)
        ? registries.download(repository, version, chartOptions)
        : downloadChart({ client, readSecret }, repository, version, chartOptions),
    verify: registries.verify,
  };
}
