import type { ReleaseAction } from '../../activities/helm/next-action.ts';
import type { Activities } from '../../activities/index.ts';
import type { ReadySource } from '../../activities/observe/git-repository.ts';
import type { ReadyKustomization } from '../../activities/observe/kustomization.ts';

/** A step that ran, with what it was given. */
export interface Call {
  readonly step: keyof Activities;
  readonly input: unknown;
}

export interface FakeActivities {
  readonly activities: Activities;
  /** In the order in which they began, every attempt. */
  readonly calls: readonly Call[];
}

export const REVISION = 'main@sha1:1111111111111111111111111111111111111111';
const STARTED = '2026-11-22T12:00:00.000Z';
const ms = 1;

export const ARTIFACT = {
  url: 'http://artifacts/home.tar.gz',
  digest: 'sha256:2222',
  revision: REVISION,
  path: 'gitrepository/flux-system/home/1111.tar.gz',
} as const;

export function readyKustomization(
  { ref }: Pick<ReadyKustomization, 'ref'>,
  more: Partial<ReadyKustomization> = {},
) {
  return {
    ms,
    state: 'Ready' as const,
    ref,
    pass: 'pass-1',
    uid: 'uid-1',
    generation: 3,
    artifact: ARTIFACT,
    timeoutMs: 60_000,
    checksHealth: false,
    startedAt: STARTED,
    ...more,
  };
}

export function readyGitRepository({ ref }: Pick<ReadySource, 'ref'>) {
  return { ms, state: 'Ready' as const, ref, generation: 2, timeoutMs: 60_000 };
}

const STORED = { ...ARTIFACT, lastUpdateTime: STARTED };

export const FETCHED_CHART = {
  attempt: { generation: 2 },
  unchanged: false,
  artifact: STORED,
  name: 'app',
  version: '1.0.0',
  pulled: true,
  isVerified: false,
  dependencies: 0,
  message: "pulled 'app' chart with version '1.0.0'",
} as const;

const RELEASE = { generation: 2, revision: '1.0.0', configDigest: 'sha256:4444' } as const;

const BASIS = { chart: 'sha256:2222', values: RELEASE.configDigest } as const;

/** What an observation says of a release that is not what it should be. */
export function releaseToAct(action: ReleaseAction) {
  return { ms, ...RELEASE, state: 'Act' as const, action, why: 'OutOfSync', timeoutMs: 60_000, basis: BASIS };
}

export const SCANNED = {
  attempt: { generation: 2 },
  unchanged: false,
  canonicalName: 'registry.example/app',
  revision: '12',
  tagCount: 2,
  latestTags: ['2', '1'],
  scannedAt: STARTED,
  observedExclusionList: [],
} as const;

export const SELECTED = {
  attempt: { generation: 2 },
  unchanged: false,
  latestRef: { name: 'registry.example/app', tag: '2' },
  scanRevision: '12',
} as const;

export const UPDATED = {
  attempt: { generation: 2 },
  policies: { app: SELECTED.latestRef },
  startedAt: STARTED,
  revision: REVISION,
  switched: false,
  branch: 'main',
  pushed: {
    commit: '3333333333333333333333333333333333333333',
    revision: 'main@sha1:3333333333333333333333333333333333333333',
    refspecs: [],
    message: 'Update from image update automation',
    at: STARTED,
    isAdopted: false,
  },
  files: 1,
  changes: 1,
  problems: [],
  upToDate: false,
} as const;

/** Every step answers as in a quiet cluster where all goes well, and is recorded; a test replaces what it is about. */
export function fakeActivities(overrides: Partial<Activities> = {}): FakeActivities {
  const calls: Call[] = [];
  const fakes: Activities = {
    checkObject: async () => ({
      ms,
      requested: false,
      message: 'nothing to do, 4 objects checked',
      objects: 4,
    }),
    suspendObject: done,
    resumeObject: done,
    requestResume: done,

    observeGitRepository: async (input) => readyGitRepository(input),
    fetchGitRepository: async () => ({
      ms,
      attempt: { generation: 2 },
      unchanged: false,
      artifact: STORED,
    }),
    settleGitRepository: async () => ({ ms, message: `stored artifact for revision '${REVISION}'` }),

    observeHelmRepository: async (input) => readyGitRepository(input),
    fetchHelmRepository: async () => ({
      ms,
      attempt: { generation: 2 },
      unchanged: false,
      size: 1,
      artifact: STORED,
    }),
    settleHelmRepository: async () => ({ ms, message: `stored artifact: revision '${REVISION}'` }),
    settleStatic: done,

    observeHelmChart: async (input) => readyGitRepository(input),
    fetchHelmChart: async () => ({ ms, ...FETCHED_CHART }),
    settleHelmChart: async () => ({ ms, message: FETCHED_CHART.message }),

    settleSourceFailure: done,
    settleSourceWaiting: done,

    observeKustomization: async (input) => readyKustomization(input),
    buildKustomization: async () => ({ ms, digest: 'sha256:3333', objects: 4 }),
    applyKustomization: async () => ({ ms, checked: 4, created: 1, configured: 1, changes: [], stale: 0 }),
    pruneKustomization: async () => ({ ms, deleted: 1, survivors: [] }),
    checkHealth: async () => ({ ms, healthy: true, current: 4, total: 4 }),
    awaitHealthy: async () => ({ ms, healthy: true, current: 4, total: 4 }),
    settleKustomization: async () => ({ ms, message: `Applied revision: ${REVISION}` }),
    settleKustomizationWaiting: done,
    settleKustomizationFailure: done,
    finalizeKustomization: async () => ({ ms, message: '4 objects deleted' }),

    observeHelmRelease: async ({ taken }) =>
      taken.length === 0 ? releaseToAct('install') : { ms, ...RELEASE, state: 'InSync', drifted: false },
    actOnRelease: async () => ({ ms, type: 'release' }),
    compareBasis: async () => ({ ms, isObsolete: true }),
    settleHelmRelease: async () => ({
      ms,
      message: 'Helm install succeeded for release apps/app.v1 with chart app@1.0.0',
    }),
    settleHelmReleaseWaiting: done,
    settleHelmReleaseFailure: done,
    finalizeHelmRelease: async () => ({ ms, message: 'Helm uninstall succeeded' }),

    observeImageRepository: async (input) => readyGitRepository(input),
    scanImageRepository: async () => ({ ms, ...SCANNED }),
    settleImageRepository: async () => ({ ms, message: 'successful scan: found 2 tags with checksum 12' }),

    observeImagePolicy: async (input) => ({ ...readyGitRepository(input), isLocal: true }),
    selectImage: async () => ({ ms, ...SELECTED }),
    settleImagePolicy: async () => ({ ms, message: 'Latest image tag for app resolved to 2' }),

    observeImageUpdateAutomation: async (input) => readyGitRepository(input),
    updateImages: async () => ({ ms, ...UPDATED }),
    settleImageUpdateAutomation: async () => ({ ms, message: "pushed commit '3333333' to branch 'main'" }),

    settleImageWaiting: done,
    settleImageFailure: done,

    observeReceiver: async (input) => readyGitRepository(input),
    settleReceiver: async () => ({ ms, message: 'Reconciliation finished, next run in 10m0s' }),
    settleReceiverFailure: done,

    routeEvent: async () => ({ ms, routes: [] }),
    passOnEvent: done,
    deliverAtOnce: async () => ({ ms, isTold: true }),
    deliverEvent: async () => ({ ms, isTold: true }),
    lookAtCommit: async () => ({ ms, isGone: true, sources: [], ended: {} }),
    tellCommit: async () => ({ ms }),
    tellDispatchFailure: done,

    settleSuspended: done,
    releaseObject: done,
    forgetObject: done,
    ...overrides,
  };
  return { activities: recorded(fakes, calls), calls };
}

async function done() {
  return { ms };
}

function recorded(fakes: Activities, calls: Call[]): Activities {
  const entries = Object.entries(fakes).map(([step, fake]) => {
    const recording = (input: unknown) => {
      calls.push({ step: step as keyof Activities, input });
      return (fake as (input: unknown) => Promise<unknown>)(input);
    };
    return [step, recording] as const;
  });
  // The same names with the same functions behind them.
  return Object.fromEntries(entries) as unknown as Activities;
}
