import { createHash } from 'node:crypto';
import { Reason } from '../../../api/reasons.ts';
import { stalled, transient } from '../../failures.ts';
import { readBody } from '../http/body.ts';
import { type HttpClient, successful } from '../http/client.ts';
import type { ReadSecret } from '../http/credentials.ts';
import { asHttpError } from '../http/error.ts';
import { shownUrl } from '../http/url.ts';
import type { ChartIndex, ChartOptions, ChartVersion, DownloadedChart, RepositoryRef } from './contract.ts';
import { chartFailure, chartPullError } from './fetch-failure.ts';
import { accessOf, addressOf, whereOf } from './repository-access.ts';
import { chooseVersion } from './resolve-version.ts';

/** Flux's bound of a packaged chart. */
export const LARGEST_CHART = 10 * 1024 * 1024;

const SHOWN_NAMES = 3;

/** The version that an index has for a range. Throws a stalled InvalidChartReference that names what there is. */
export function resolveVersion(
  index: ChartIndex,
  repository: RepositoryRef,
  { chart, version }: { readonly chart: string; readonly version: string },
): ChartVersion {
  const versions = index.versionsOf(chart);
  if (!versions)
    throw invalidReference(
      `no chart name found: ${whereOf(repository)} has no '${chart}'${similar(index, chart)}`,
    );
  const chosen = chooseVersion(versions, chart, version);
  if ('problem' in chosen) throw invalidReference(`${chosen.problem}; in ${whereOf(repository)}`);
  return chosen;
}

/** Brings the archive of a version from where the index says it is. Throws ChartPullError, AuthenticationFailed, URLInvalid. */
export async function downloadChart(
  { client, readSecret }: { readonly client: HttpClient; readonly readSecret: ReadSecret },
  repository: RepositoryRef,
  version: ChartVersion,
  { signal }: Pick<ChartOptions, 'signal'>,
): Promise<DownloadedChart> {
  const access = await accessOf(repository, readSecret);
  const what = `chart '${version.name}' ${version.version} of ${access.where}`;
  const [reference] = version.urls;
  if (reference === undefined) throw chartPullError('download', `${what} has no downloadable URLs`);
  const url = addressOf(access, reference);
  if (typeof url === 'string') throw chartPullError('download', `${what}: its address in the index ${url}`);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(access.timeoutMs)]);
  try {
    const { authorization, tls } = access;
    const answer = await client.request({ url, authorization, tls, signal: limit });
    return checkedChart(await readBody(successful(answer), LARGEST_CHART), version.digest, what);
  } catch (error) {
    signal.throwIfAborted();
    throw chartFailure(asHttpError(error), 'download', `${what} at ${shownUrl(url)}`);
  }
}

function checkedChart(content: Buffer, expected: string | undefined, what: string): DownloadedChart {
  const hex = createHash('sha256').update(content).digest('hex');
  if (expected === undefined || expected === hex)
    return { content, digest: `sha256:${hex}`, isVerified: false };
  const message = `chart pull error: failed to download chart for remote reference: ${what} has the digest sha256:${hex}, but the index says sha256:${expected}; see whether the archive was replaced without a new index`;
  // The new index may just be on its way.
  throw transient(Reason.ChartPullError, message);
}

function invalidReference(problem: string): Error {
  return stalled(
    Reason.InvalidChartReference,
    `invalid chart reference: failed to get chart version for remote reference: ${problem}`,
  );
}

/** Names charts that are called much the same. */
function similar(index: ChartIndex, chart: string): string {
  const wanted = chart.toLowerCase();
  const names = index
    .names()
    .filter(
      (name) => name !== '' && (name.toLowerCase().includes(wanted) || wanted.includes(name.toLowerCase())),
    );
  if (names.length > 0) return `, but ${names.slice(0, SHOWN_NAMES).join(', ')}`;
  return index.charts === 0 ? ': its index is empty' : ` among its ${index.charts} charts`;
}
