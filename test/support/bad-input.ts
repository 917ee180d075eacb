import { expect } from 'vitest';
import { Kind } from '../../api/object-ref.ts';
import { type HelmHome, type HelmHomeOptions, helmHome } from './helm-home.ts';
import { expectFailures, type Told } from './told.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What somebody does to a release that runs, and how it is mended. */
export interface BadChange extends Told {
  readonly name: string;
  /** What is there before, beside the release. */
  readonly given?: (home: HelmHome) => Promise<unknown>;
  /** Merged into the spec of the release. */
  readonly change: Fields;
  /** How somebody mends it: merged into the spec, or done to something else. */
  readonly fix: Fields | ((home: HelmHome) => Promise<unknown>);
}

/** In every Secret of these tests, and nowhere else. */
export const SECRET = 'CANARY-4f1d0c';

/** A release `app` of the chart `bench` that runs, and what there is of it in the cluster. */
export async function runningRelease(options: HelmHomeOptions = {}, spec: Fields = {}) {
  const home = await helmHome({ charts: ['bench'], ...options });
  await home.install('app', 'bench', spec);
  return { home, before: await footprint(home) };
}

/** Makes the change to a release that runs, and waits until it is told; then `mend` waits until it is over. */
export async function changeBadly({ given, change, fix, ...told }: BadChange) {
  const { home, before } = await runningRelease();
  await given?.(home);
  await home.update(Kind.HelmRelease, 'app', change);
  await expectTold(home, Kind.HelmRelease, 'app', told);
  const { objects, records } = await footprint(home);
  const mend = async (): Promise<void> => {
    if (typeof fix === 'function') await fix(home);
    else await home.update(Kind.HelmRelease, 'app', fix);
    await home.ready(Kind.HelmRelease, 'app');
  };
  // An upgrade that failed is in helm's records, as it should be.
  const kept = records.filter((record) => !record.endsWith('failed'));
  return { before, after: { objects, records: kept }, mend };
}

/** All that a release has left: its objects with their versions, and helm's records. */
export async function footprint(home: HelmHome, name = 'app') {
  const kinds = ['ConfigMap', 'Service', 'ServiceAccount'] as const;
  const found = await Promise.all([
    ...kinds.map((kind) => home.live(kind, name)),
    home.live('Deployment', name, 'apps/v1'),
  ]);
  const records = await home.records(name);
  return {
    objects: found.map((object) => [
      object?.kind,
      object?.metadata.uid,
      object?.metadata.generation,
      object?.['data'],
    ]),
    records: records.map(({ version, info }) => `${version} ${info.status}`),
  };
}

/** As {@link expectFailures} of one object, which tells no secret; `<url>` stands for the address of the charts. */
export async function expectTold(home: HelmHome, kind: Kind, name: string, told: Told): Promise<void> {
  await expectFailures(home, kind, { [name]: told }, { url: home.charts.url });
  expect(await everythingSaid(home)).not.toContain(SECRET);
}

/** Every status and every event of the Helm kinds in the namespace. */
async function everythingSaid({ kube, namespace }: HelmHome): Promise<string> {
  const kinds = [
    ['source.toolkit.fluxcd.io/v1', Kind.HelmRepository],
    ['source.toolkit.fluxcd.io/v1', Kind.HelmChart],
    ['helm.toolkit.fluxcd.io/v2', Kind.HelmRelease],
    ['v1', 'Event'],
  ] as const;
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) => kube.list({ apiVersion, kind, namespace })),
  );
  // What somebody has written into a spec is no secret.
  return JSON.stringify(lists.flatMap(({ items }) => items.map(({ spec: _spec, ...rest }) => rest)));
}
