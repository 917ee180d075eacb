import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { World } from '../../../../workers/watch/world.ts';

const done: string[] = [];
let world: World;
beforeEach(() => {
  done.length = 0;
  world = new World({
    request: ({ ref }, { trigger }) => void done.push(`request ${ref.kind} ${ref.name} ${trigger}`),
    look: ({ ref }) => void done.push(`look ${ref.kind} ${ref.name}`),
    schedule: () => undefined,
    expect: () => undefined,
    gone: ({ ref }) => void done.push(`gone ${ref.kind} ${ref.name}`),
  });
});

/** What was done since the last look. */
function reactions(): string[] {
  return done.splice(0);
}

interface State {
  readonly generation?: number;
  readonly observed?: number;
  /** Of Ready, when it is false; none at all when empty. */
  readonly reason?: string;
  readonly isStalled?: boolean;
  readonly spec?: object;
  readonly status?: object;
  readonly finalizers?: readonly string[];
}

const FINALIZERS = ['finalizers.fluxcd.io'];

function object(kind: string, name: string, state: State = {}): KubeObject {
  const { generation = 1, observed = generation, reason, isStalled, finalizers = FINALIZERS } = state;
  const ready = {
    type: 'Ready',
    status: reason ? 'False' : 'True',
    reason: reason ?? 'Succeeded',
    message: '',
  };
  const stalled = { type: 'Stalled', status: 'True', reason, message: '' };
  const conditions = reason === '' ? [] : [ready, ...(isStalled ? [stalled] : [])];
  return {
    apiVersion: 'x',
    kind,
    metadata: { name, namespace: 'apps', uid: `uid of ${name}`, generation, finalizers: [...finalizers] },
    spec: { interval: '1h', ...state.spec },
    status: { observedGeneration: observed, conditions, ...state.status },
  };
}

const artifact = (revision: string, url = 'http://one') => ({
  artifact: { revision, digest: `sha256:${revision}`, url },
});
const chartSpec = { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } };
const sourceRef = { kind: 'HelmRepository', name: 'charts' };

const repository = (revision: string | undefined, state: State = {}) =>
  object('HelmRepository', 'charts', { status: revision === undefined ? {} : artifact(revision), ...state });
const registry = (generation = 1) => ({
  ...object('HelmRepository', 'charts', { generation, spec: { type: 'oci' }, finalizers: [] }),
  status: {},
});
const chart = (version: string | undefined, state: State = {}) =>
  object('HelmChart', 'apps-app', {
    spec: chartSpec,
    status: {
      ...(version !== undefined && artifact(version)),
      observedSourceArtifactRevision: 'i1',
    },
    ...state,
  });
const release = (name: string, state: State = {}) =>
  object('HelmRelease', name, {
    spec: { chart: { spec: { chart: 'web', sourceRef } } },
    status: { lastAttemptedRevision: '1.0.0' },
    ...state,
  });

function listed(...objects: readonly KubeObject[]): void {
  for (const kind of ['GitRepository', 'HelmRepository', 'HelmChart', 'Kustomization', 'HelmRelease']) {
    world.replace(
      kind,
      objects.filter((each) => each.kind === kind),
    );
  }
}

describe('what was published', () => {
  it('reaches the charts of the repository, then the releases of the charts', () => {
    const other = { chartRef: { kind: 'HelmChart', name: 'apps-app' } };
    listed(repository('i1'), chart('1.0.0'), release('app'), release('other', { spec: other }));
    expect(reactions()).toEqual([]);

    world.upsert(repository('i2'));
    expect(reactions()).toEqual(['request HelmChart apps-app Source']);

    const status = { ...artifact('1.1.0'), observedSourceArtifactRevision: 'i2' };
    world.upsert(chart('1.1.0', { status }));
    expect(reactions()).toEqual(['request HelmRelease app Source', 'request HelmRelease other Source']);
  });

  it('reaches those first that others wait for', () => {
    const spec = { chartRef: { kind: 'HelmChart', name: 'apps-app' } };
    const waiting = { spec: { ...spec, dependsOn: [{ name: 'base' }] } };
    listed(repository('i1'), chart('1.0.0'), release('app', waiting), release('base', { spec }));

    world.upsert(chart('1.1.0'));

    expect(reactions()).toEqual(['request HelmRelease base Source', 'request HelmRelease app Source']);
  });

  it('reaches a chart that had given up, and a release that had no retry left', () => {
    const stalled = { reason: 'InvalidChartReference', isStalled: true };
    listed(
      repository('i1'),
      chart(undefined, stalled),
      release('app', { reason: 'RetriesExceeded', isStalled: true }),
    );
    expect(reactions()).toEqual([]);

    world.upsert(repository('i2'));
    world.upsert(chart('1.1.0'));

    expect(reactions()).toEqual(['request HelmChart apps-app Source', 'request HelmRelease app Source']);
  });

  it('tells nobody whose chart came out the same', () => {
    listed(repository('i1'), chart('1.0.0'), release('app'));

    world.upsert(chart('1.0.0', { generation: 2 }));

    expect(reactions()).toEqual([]);
  });

  it('tells of another content of the same version', () => {
    listed(repository('i1'), chart('1.0.0'), release('app'));

    const status = { artifact: { revision: '1.0.0', digest: 'sha256:other', url: 'http://one' } };
    world.upsert(chart('1.0.0', { status: { ...status, observedSourceArtifactRevision: 'i1' } }));

    expect(reactions()).toEqual(['request HelmRelease app Source']);
  });
});

describe('who waits for a source', () => {
  const waits = { reason: 'SourceNotReady' };
  const notReady = { reason: 'ChartPullError' };

  it('is woken when it is ready, once', () => {
    listed(repository('i1'), chart('1.0.0', notReady), release('app', waits));
    reactions();

    world.upsert(chart('1.0.0'));

    expect(reactions()).toEqual(['request HelmRelease app Source']);
  });

  it('is woken once also by a first artifact', () => {
    listed(repository('i1'), chart(undefined, notReady), release('app', { ...waits, status: {} }));
    reactions();

    world.upsert(chart('1.0.0'));

    expect(reactions()).toEqual(['request HelmRelease app Source']);
  });

  it('is woken when it says so a moment after the source became ready', () => {
    listed(repository('i1'), chart('1.0.0', notReady), release('app'));
    reactions();

    world.upsert(chart('1.0.0'));
    expect(reactions()).toEqual([]);
    world.upsert(release('app', waits));
    world.upsert(release('app', waits));

    expect(reactions()).toEqual(['request HelmRelease app Dependency']);
  });

  it('hears also that the source failed, to say why it waits', () => {
    const status = { ...artifact('1.0.0'), observedSourceArtifactRevision: 'i1' };
    listed(
      repository('i1'),
      chart('1.0.0', { generation: 2, observed: 1, reason: '', status }),
      release('app', waits),
    );
    reactions();

    world.upsert(chart('1.0.0', { generation: 2, reason: 'InvalidChartReference', isStalled: true, status }));
    world.upsert(chart('1.0.0', { generation: 2, reason: 'InvalidChartReference', isStalled: true, status }));

    expect(reactions()).toEqual(['request HelmRelease app Source']);
  });

  it('hears of it once more when it says only afterwards that it waits', () => {
    const status = { ...artifact('1.0.0'), observedSourceArtifactRevision: 'i1' };
    listed(
      repository('i1'),
      chart('1.0.0', { generation: 2, observed: 1, reason: '', status }),
      release('app'),
    );
    reactions();

    world.upsert(chart('1.0.0', { generation: 2, reason: 'InvalidChartReference', isStalled: true, status }));
    expect(reactions()).toEqual([]);
    world.upsert(release('app', waits));

    expect(reactions()).toEqual(['request HelmRelease app Dependency']);
  });

  it('is left alone while it rests', () => {
    listed(
      repository('i1'),
      chart('1.0.0', notReady),
      release('app', { ...waits, spec: { chart: { spec: { sourceRef } }, suspend: true } }),
    );
    reactions();

    world.upsert(chart('1.0.0'));

    expect(reactions()).toEqual([]);
  });

  it('is woken also where it is a chart: its repository had no index yet', () => {
    listed(repository(undefined, { reason: 'Failed' }), chart(undefined, { reason: 'NoSourceArtifact' }));
    reactions();

    world.upsert(repository('i2'));

    expect(reactions()).toEqual(['request HelmChart apps-app Source']);
  });
});

describe('a registry', () => {
  it('is never asked, nor looked at', () => {
    listed(registry());
    world.upsert(registry(2));
    listed(registry(2));

    expect(reactions()).toEqual([]);
  });

  it.each(['SourceUnavailable', 'AuthenticationFailed', 'ChartPullError'])(
    'that comes, or changes, wakes the chart that failed: %s',
    (reason) => {
      listed(chart(undefined, { reason }));
      reactions();

      world.upsert(registry());
      expect(reactions()).toEqual(['request HelmChart apps-app Source']);
      world.upsert(registry());
      expect(reactions()).toEqual([]);
      world.upsert(registry(2));
      expect(reactions()).toEqual(['request HelmChart apps-app Source']);
    },
  );

  it('that changes leaves the chart alone that is good', () => {
    listed(registry(), chart('1.0.0'));

    world.upsert(registry(2));

    expect(reactions()).toEqual([]);
  });

  it('that is new is asked once: it has the default status to lose', () => {
    listed({ ...registry(), status: { observedGeneration: -1 } });

    expect(reactions()).toEqual(['request HelmRepository charts Spec']);
  });

  it('that was a repository before is asked once more: it has something to lose', () => {
    listed(repository('i1'));

    world.upsert(repository('i1', { generation: 2, observed: 1, spec: { type: 'oci' } }));

    expect(reactions()).toEqual(['request HelmRepository charts Spec']);
  });
});

describe('configs of releases', () => {
  const valuesFrom = [{ kind: 'ConfigMap', name: 'values' }];
  const reader = release('reader', { spec: { chart: { spec: { sourceRef } }, valuesFrom } });
  const kustomization = object('Kustomization', 'vars', {
    spec: { postBuild: { substituteFrom: valuesFrom } },
  });

  it('wake those who take values from them', () => {
    listed(reader, release('other'));

    world.configChanged('ConfigMap/apps/values');

    expect(reactions()).toEqual(['request HelmRelease reader Config']);
  });

  it.each([
    { name: 'releases last', kinds: ['Kustomization', 'HelmRelease'] },
    { name: 'releases first', kinds: ['HelmRelease', 'Kustomization'] },
  ])('that changed before all readers are known wake them then, $name', ({ kinds }) => {
    world.configChanged('ConfigMap/apps/values');
    const [first = '', second = ''] = kinds;
    const all = [kustomization, reader];

    world.replace(
      first,
      all.filter(({ kind }) => kind === first),
    );
    expect(reactions().filter((each) => each.endsWith('Config'))).toEqual([]);
    world.replace(
      second,
      all.filter(({ kind }) => kind === second),
    );

    expect(
      reactions()
        .filter((each) => each.endsWith('Config'))
        .sort(),
    ).toEqual(['request HelmRelease reader Config', 'request Kustomization vars Config']);
  });
});

it('a release wakes who depends on it', () => {
  const spec = { chart: { spec: { sourceRef } }, dependsOn: [{ name: 'base' }] };
  listed(
    release('base', { reason: 'InstallFailed' }),
    release('app', { reason: 'DependencyNotReady', spec }),
  );
  reactions();

  world.upsert(release('base'));

  expect(reactions()).toEqual(['request HelmRelease app Dependency']);
});
