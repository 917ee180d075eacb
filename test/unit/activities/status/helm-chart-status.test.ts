import { describe, expect, it } from 'vitest';
import type { BuiltChart } from '../../../../activities/fetch/chart/contract.ts';
import {
  building,
  built,
  failedStatus,
  progressing,
  suspendedStatus,
} from '../../../../activities/status/helm-chart-status.ts';
import { type HelmChart, type HelmChartStatus, helmChart } from '../../../../api/helm-chart.ts';
import { Reason } from '../../../../api/reasons.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const ARTIFACT = {
  digest: `sha256:${'a'.repeat(64)}`,
  lastUpdateTime: '2026-01-02T03:04:05Z',
  path: 'helmchart/apps/app/app-1.0.0.tgz',
  revision: '1.0.0',
  url: 'http://127.0.0.1:9090/helmchart/apps/app/app-1.0.0.tgz',
};
const BUILT: BuiltChart = {
  unchanged: false,
  artifact: ARTIFACT,
  name: 'app',
  version: '1.0.0',
  pulled: true,
  sourceRevision: 'sha256:index',
  isVerified: false,
  dependencies: 0,
  message: "pulled 'app' chart with version '1.0.0'",
};

function aChart(spec: Partial<HelmChart['spec']> = {}, status?: HelmChartStatus): HelmChart {
  return helmChart.parse({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: {
      name: 'app',
      namespace: 'apps',
      uid: 'u',
      resourceVersion: '1',
      generation: 3,
      annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
    },
    spec: { chart: 'app', interval: '1m', sourceRef: { kind: 'HelmRepository', name: 'charts' }, ...spec },
    ...(status && { status }),
  });
}

/** Each as `Type=Status/Reason`, sorted. */
function conditionsOf({ conditions = [] }: HelmChartStatus): string[] {
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).sort();
}

describe('the status of a chart that was built', () => {
  it('is what Flux writes of one that was pulled', () => {
    const status = built(aChart(), BUILT, NOW);

    expect(conditionsOf(status)).toEqual([
      'ArtifactInStorage=True/ChartPullSucceeded',
      'Ready=True/ChartPullSucceeded',
    ]);
    expect(status).toMatchObject({
      artifact: ARTIFACT,
      url: ARTIFACT.url,
      observedGeneration: 3,
      observedChartName: 'app',
      observedSourceArtifactRevision: 'sha256:index',
      lastHandledReconcileAt: 'now',
    });
    expect(status.conditions?.[0]).toMatchObject({
      message: BUILT.message,
      observedGeneration: 3,
      lastTransitionTime: '2026-01-02T03:04:05Z',
    });
    expect(status).not.toHaveProperty('observedValuesFiles');
  });

  it('tells that the chart was packaged', () => {
    expect(conditionsOf(built(aChart(), { ...BUILT, pulled: false }, NOW))).toEqual([
      'ArtifactInStorage=True/ChartPackageSucceeded',
      'Ready=True/ChartPackageSucceeded',
    ]);
  });

  it('ends all that was wrong before', () => {
    const wrong = failedStatus(aChart(), {
      reason: Reason.ChartVerificationError,
      message: 'no',
      stalled: true,
      now: NOW,
    });

    expect(conditionsOf(built(aChart({}, wrong), BUILT, NOW))).toHaveLength(2);
  });

  it.each([
    { verified: true, expected: ['SourceVerified=True/Succeeded'] },
    { verified: false, expected: [] },
  ])('tells a signature that was asked for ($verified)', ({ verified, expected }) => {
    const before = built(aChart(), { ...BUILT, isVerified: true }, NOW);

    const status = built(aChart({}, before), { ...BUILT, isVerified: verified }, NOW);

    expect(conditionsOf(status).filter((text) => text.startsWith('SourceVerified'))).toEqual(expected);
  });

  it.each([
    { ignoreMissingValuesFiles: true, valuesFiles: ['a.yaml'], expected: ['a.yaml'] },
    { ignoreMissingValuesFiles: true, valuesFiles: undefined, expected: undefined },
    { ignoreMissingValuesFiles: false, valuesFiles: ['a.yaml'], expected: undefined },
  ])('notes the values files where some may be missing: %j', ({ valuesFiles, expected, ...spec }) => {
    const before = { observedValuesFiles: ['old.yaml'] };
    const chart = { ...BUILT, ...(valuesFiles && { valuesFiles }) };

    expect(built(aChart(spec, before), chart, NOW).observedValuesFiles).toEqual(expected);
  });

  it('forgets the revision of a source that has none any more', () => {
    const { sourceRevision: _none, ...ofRegistry } = BUILT;
    const before = { observedSourceArtifactRevision: 'sha256:index' };

    expect(built(aChart({}, before), ofRegistry, NOW)).not.toHaveProperty('observedSourceArtifactRevision');
  });
});

describe('the status of a chart that could not be built', () => {
  it.each([
    { reason: Reason.InvalidChartReference, expected: ['FetchFailed=True'] },
    { reason: Reason.ChartPullError, expected: ['FetchFailed=True'] },
    { reason: Reason.NoSourceArtifact, expected: ['FetchFailed=True'] },
    { reason: Reason.AuthenticationFailed, expected: ['FetchFailed=True'] },
    { reason: Reason.ValuesFilesError, expected: ['BuildFailed=True'] },
    { reason: Reason.MetadataPatchError, expected: ['BuildFailed=True'] },
    { reason: Reason.DependencyBuildError, expected: ['BuildFailed=True'] },
    { reason: Reason.ChartPackageError, expected: ['BuildFailed=True'] },
    { reason: Reason.StorageOperationFailed, expected: ['StorageOperationFailed=True'] },
    {
      reason: Reason.ChartVerificationError,
      expected: ['BuildFailed=True', 'SourceVerified=False/VerificationError'],
    },
    { reason: Reason.VerificationError, expected: ['SourceVerified=False'] },
  ])('$reason shows in $expected', ({ reason, expected }) => {
    const before = failedStatus(aChart(), { reason: Reason.Failed, message: 'x', stalled: false, now: NOW });

    const status = failedStatus(aChart({}, before), { reason, message: 'no', stalled: false, now: NOW });

    expect(conditionsOf(status)).toEqual(
      [
        ...expected.map((text) => (text.includes('/') ? text : `${text}/${reason}`)),
        `Ready=False/${reason}`,
        'Reconciling=True/ProgressingWithRetry',
      ].sort(),
    );
    expect(status.observedGeneration).toBeUndefined();
  });

  it('is stalled where only a change helps, and keeps the artifact and the source it was tried with', () => {
    const status = failedStatus(aChart({}, built(aChart(), BUILT, NOW)), {
      reason: Reason.ValuesFilesError,
      message: 'no',
      stalled: true,
      now: NOW,
      sourceRevision: 'sha256:next',
    });

    expect(conditionsOf(status)).toEqual([
      'ArtifactInStorage=True/ChartPullSucceeded',
      'BuildFailed=True/ValuesFilesError',
      'Ready=False/ValuesFilesError',
      'Stalled=True/ValuesFilesError',
    ]);
    expect(status).toMatchObject({
      artifact: ARTIFACT,
      observedGeneration: 3,
      observedSourceArtifactRevision: 'sha256:next',
    });
  });
});

describe('the status of a chart while it is built', () => {
  it('says so', () => {
    expect(conditionsOf(progressing(aChart(), 'reconciliation in progress', NOW))).toEqual([
      'Ready=Unknown/Progressing',
      'Reconciling=True/Progressing',
    ]);
  });

  it('says that the artifact is outdated, where there is one', () => {
    const summary = "new 'app' chart with version '2.0.0'";
    const first = building(aChart(), summary, NOW);
    const later = building(aChart({}, built(aChart(), BUILT, NOW)), summary, NOW);

    expect(conditionsOf(first)).not.toContain('ArtifactOutdated=True/NewChart');
    expect(conditionsOf(later)).toContain('ArtifactOutdated=True/NewChart');
    expect(later.conditions?.find(({ type }) => type === 'Ready')?.message).toBe(
      `building artifact: ${summary}`,
    );
  });

  it('stops at a suspension, and says so when it was the first time', () => {
    const stopped = suspendedStatus(aChart({}, progressing(aChart(), 'x', NOW)), 'suspended by ann', NOW);
    const rested = suspendedStatus(aChart({}, built(aChart(), BUILT, NOW)), 'suspended by ann', NOW);

    expect(conditionsOf(stopped)).toEqual(['Ready=False/Failed']);
    expect(conditionsOf(rested)).toContain('Ready=True/ChartPullSucceeded');
    expect([stopped, rested].map(({ observedGeneration }) => observedGeneration)).toEqual([3, 3]);
  });
});
