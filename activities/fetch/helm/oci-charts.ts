import { createHash } from 'node:crypto';
import { compareVersions } from '../../../api/formats/semver.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { type ReadSecret, readNamedSecret } from '../http/credentials.ts';
import { asHttpError, HttpError } from '../http/error.ts';
import type { Manifest, RegistryClient, RegistryRequest } from '../oci/contract.ts';
import { verifySignature } from '../oci/cosign.ts';
import type { CloudLogin } from '../oci/login/contract.ts';
import { publicKeysOf } from '../oci/public-keys.ts';
import { isTag } from '../oci/reference.ts';
import type {
  ChartRepositories,
  ChartVersion,
  DownloadedChart,
  RepositoryRef,
  SignatureKeys,
} from './contract.ts';
import { chartFailure, chartPullError } from './fetch-failure.ts';
import { LARGEST_CHART } from './http-charts.ts';
import { type ChartRegistry, chartRegistryOf, requestOf } from './registry-access.ts';
import { chooseVersion, parseStrict } from './resolve-version.ts';

/** Media types of the layer that is a packaged chart; the second is that of the first versions of helm that could push. */
const CHART_LAYERS: readonly string[] = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'application/tar+gzip',
];

export interface OciChartsOptions {
  readonly registry: RegistryClient;
  readonly readSecret: ReadSecret;
  readonly cloudLogin: CloudLogin;
}

/** Charts of HelmRepositories of type oci. */
export function createOciCharts({
  registry,
  readSecret,
  cloudLogin,
}: OciChartsOptions): Pick<ChartRepositories, 'resolve' | 'download' | 'verify'> {
  /** Has the registry asked, and its failures told as those of a chart. */
  async function asking<Result>(
    { repository, chart, signal, step }: Asked,
    ask: (place: ChartRegistry, request: RegistryRequest) => Promise<Result>,
  ): Promise<Result> {
    const place = await chartRegistryOf(repository, chart, { readSecret, cloudLogin, signal });
    try {
      return await ask(place, requestOf(place, repository, signal));
    } catch (error) {
      signal.throwIfAborted();
      throw chartFailure(asHttpError(error), step, place.shown);
    }
  }

  async function check(request: RegistryRequest, manifest: Manifest, shown: string, keys: SignatureKeys) {
    const { namespace, secretName } = keys;
    const named = { namespace, name: secretName, field: 'spec.verify.secretRef' };
    const publicKeys = publicKeysOf(await readNamedSecret(readSecret, named));
    const verdict = await verifySignature(registry, request, manifest, publicKeys);
    if (verdict !== 'good') throw badSignature(verdict, shown, manifest.digest, secretName);
  }

  return {
    async resolve(repository, { chart, version }, { signal }) {
      return await asking({ repository, chart, signal, step: 'version' }, async ({ shown }, request) => {
        // As it is asked for: that it exists is seen when it is pulled.
        if (parseStrict(version)) return versionAt(shown, chart, version);
        const found = versionsOf(await registry.listTags(request), shown, chart);
        if (found.length === 0)
          throw chartPullError('version', `${shown} has no tag that is a version of a chart`);
        const chosen = chooseVersion(found, chart, version);
        if ('problem' in chosen) throw chartPullError('version', `${chosen.problem}; in ${shown}`);
        return chosen;
      });
    },

    async download(repository, version, { signal, verify }): Promise<DownloadedChart> {
      const asked = { repository, chart: version.name, signal, step: 'download' } as const;
      return await asking(asked, async ({ shown }, request) => {
        const manifest = await manifestOf(registry, request, version);
        // By digest from here on: what is checked is what is pulled.
        if (verify) await check(request, manifest, shown, verify);
        const layer = manifest.layers.find(({ mediaType }) => CHART_LAYERS.includes(mediaType));
        if (!layer)
          throw chartPullError(
            'download',
            `${shown}:${tagOf(version)} is no helm chart: it has no such layer`,
          );
        const content = await registry.getBlob(request, layer, LARGEST_CHART);
        const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
        return { content, digest, isVerified: verify !== undefined };
      });
    },

    async verify(repository, version, { signal, verify }) {
      const asked = { repository, chart: version.name, signal, step: 'download' } as const;
      await asking(asked, async ({ shown }, request) => {
        await check(request, await manifestOf(registry, request, version), shown, verify);
      });
    },
  };
}

interface Asked {
  readonly repository: RepositoryRef;
  readonly chart: string;
  readonly signal: AbortSignal;
  readonly step: 'version' | 'download';
}

async function manifestOf(
  registry: RegistryClient,
  request: RegistryRequest,
  version: ChartVersion,
): Promise<Manifest> {
  const tag = tagOf(version);
  if (!isTag(tag)) throw chartPullError('download', `the version ${version.version} makes no tag`);
  const manifest = await registry.getManifest(request, tag);
  if (manifest) return manifest;
  throw new HttpError('status', `there is no tag ${tag}`, { status: 404 });
}

/** A tag cannot hold a plus sign: helm writes an underscore. */
function tagOf({ version }: ChartVersion): string {
  return version.replaceAll('+', '_');
}

/** The tags that are versions, newest first; as helm reads them, without a `v`. */
function versionsOf(tags: readonly string[], shown: string, chart: string): ChartVersion[] {
  const read = tags.flatMap((tag) => {
    const text = tag.replaceAll('_', '+');
    const version = text.startsWith('v') ? undefined : parseStrict(text);
    return version ? [{ text, version }] : [];
  });
  return read
    .sort((a, b) => compareVersions(b.version, a.version))
    .map(({ text }) => versionAt(shown, chart, text));
}

function versionAt(shown: string, chart: string, version: string): ChartVersion {
  return { name: chart, version, urls: [`${shown}:${version}`] };
}

function badSignature(verdict: 'unsigned' | 'wrong', shown: string, digest: string, secret: string): Error {
  const what =
    verdict === 'unsigned'
      ? 'no signatures found; sign it with cosign'
      : `no matching signatures: none of them is by a key of secret '${secret}' for this chart`;
  const message = `chart verification error: failed to verify ${shown}@${digest}: ${what}`;
  return failed(Reason.ChartVerificationError, message);
}
