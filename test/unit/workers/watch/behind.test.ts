import { describe, expect, it } from 'vitest';
import { Kind } from '../../../../api/object-ref.ts';
import {
  type Asked,
  becameReady,
  behind,
  needsLook,
  waitsForDependency,
  waitsForSource,
} from '../../../../workers/watch/behind.ts';
import type { Summary } from '../../../../workers/watch/summary.ts';
import { sourceSummary, summary } from '../../../support/summaries.ts';

const ref = (kind: Kind) => ({ kind, namespace: 'apps', name: 'app' });
const NOT_READY = { status: 'False', reason: 'BuildFailed' } as const;

describe('what an object lacks', () => {
  it.each<{
    readonly name: string;
    readonly object?: Partial<Summary>;
    readonly source?: Partial<Summary>;
    readonly trigger: string | undefined;
  }>([
    { name: 'nothing when it is up to date', trigger: undefined },
    { name: 'a run for its new spec', object: { generation: 3 }, trigger: 'Spec' },
    {
      name: 'its first run',
      object: { observedGeneration: undefined, ready: undefined, attemptedRevision: undefined },
      trigger: 'Spec',
    },
    {
      name: 'a run for a request',
      object: { requestedAt: 'now', handledRequest: 'before' },
      trigger: 'Request',
    },
    {
      name: 'nothing for a request that is handled',
      object: { requestedAt: 'now', handledRequest: 'now' },
      trigger: undefined,
    },
    { name: 'the revision of its source', source: { artifactRevision: 'r2' }, trigger: 'Source' },
    {
      name: 'nothing of a source that was attempted, whether it worked or not',
      object: { attemptedRevision: 'r2', ready: NOT_READY },
      source: { artifactRevision: 'r2' },
      trigger: undefined,
    },
    {
      name: 'the artifact that it could not get',
      object: { ready: { status: 'False', reason: 'ArtifactFailed' } },
      trigger: 'Source',
    },
    {
      name: 'nothing of a source while it stalls',
      object: { isStalled: true },
      source: { artifactRevision: 'r2' },
      trigger: undefined,
    },
    {
      name: 'nothing of a source while it is suspended',
      object: { isSuspended: true },
      source: { artifactRevision: 'r2' },
      trigger: undefined,
    },
    {
      name: 'a suspension that nobody knows of',
      object: { isSuspended: true, generation: 3 },
      trigger: 'Suspend',
    },
    {
      name: 'nothing when it was suspended while it failed',
      object: { isSuspended: true, generation: 3, ready: NOT_READY },
      trigger: undefined,
    },
    {
      name: 'a request also while it is suspended',
      object: { isSuspended: true, requestedAt: 'now' },
      trigger: 'Request',
    },
    { name: 'its end', object: { isDeleting: true }, trigger: 'Delete' },
    {
      name: 'its end before anything else',
      object: { isDeleting: true, generation: 3, requestedAt: 'now' },
      trigger: 'Delete',
    },
  ])('is $name', ({ object, source, trigger }) => {
    expect(behind(summary(object), { source: sourceSummary(source) }, {})?.trigger).toBe(trigger);
  });

  it.each<{
    readonly name: string;
    readonly object: Partial<Summary>;
    readonly source?: Partial<Summary>;
    readonly later: { readonly object?: Partial<Summary>; readonly source?: Partial<Summary> };
  }>([
    { name: 'a generation', object: { generation: 3 }, later: { object: { generation: 4 } } },
    { name: 'a request', object: { requestedAt: 'one' }, later: { object: { requestedAt: 'two' } } },
    {
      name: 'a revision',
      object: {},
      source: { artifactRevision: 'r2' },
      later: { source: { artifactRevision: 'r3' } },
    },
    {
      name: 'an artifact that is lost',
      object: { ready: { status: 'False', reason: 'ArtifactFailed' } },
      later: { source: { artifactUrl: 'http://two/1.tar.gz' } },
    },
  ])('is asked for once: $name', ({ object, source, later }) => {
    const first = behind(summary(object), { source: sourceSummary(source) }, {});
    const asked: Asked = first?.asked ?? {};

    expect(first).toBeDefined();
    expect(behind(summary(object), { source: sourceSummary(source) }, asked)).toBeUndefined();
    const next = sourceSummary({ ...source, ...later.source });
    expect(behind(summary({ ...object, ...later.object }), { source: next }, asked)).toBeDefined();
  });

  it.each<{
    readonly name: string;
    readonly object: Partial<Summary>;
    readonly source: Partial<Summary>;
    readonly trigger: string | undefined;
  }>([
    {
      name: 'a chart that gave up on an older index',
      object: { ref: ref(Kind.HelmChart), isStalled: true, ready: NOT_READY },
      source: { artifactRevision: 'r2' },
      trigger: 'Source',
    },
    {
      name: 'nothing of a chart that gave up on this one',
      object: { ref: ref(Kind.HelmChart), isStalled: true, ready: NOT_READY, attemptedRevision: 'r2' },
      source: { artifactRevision: 'r2' },
      trigger: undefined,
    },
    {
      name: 'a release that gave up on another version',
      object: { ref: ref(Kind.HelmRelease), isStalled: true, ready: NOT_READY, attemptedRevision: '1.0.0' },
      source: { ref: ref(Kind.HelmChart), artifactRevision: '1.1.0' },
      trigger: 'Source',
    },
    {
      name: 'nothing of a release that rests',
      object: { ref: ref(Kind.HelmRelease), isSuspended: true, attemptedRevision: '1.0.0' },
      source: { ref: ref(Kind.HelmChart), artifactRevision: '1.1.0' },
      trigger: undefined,
    },
    {
      name: 'nothing of a chart whose source is a registry',
      object: { ref: ref(Kind.HelmChart), attemptedRevision: undefined },
      source: { isStatic: true, artifactRevision: undefined },
      trigger: undefined,
    },
    {
      name: 'nothing of a registry, whatever is asked of it',
      object: {
        ref: ref(Kind.HelmRepository),
        isStatic: true,
        generation: 3,
        requestedAt: 'now',
        isDeleting: true,
        ready: undefined,
      },
      source: {},
      trigger: undefined,
    },
  ])('is $name', ({ object, source, trigger }) => {
    expect(behind(summary(object), { source: sourceSummary(source) }, {})?.trigger).toBe(trigger);
  });

  it('is asked for together: one run serves request, spec and source', () => {
    const object = summary({ requestedAt: 'now', generation: 3 });
    const source = sourceSummary({ artifactRevision: 'r2' });

    const need = behind(object, { source }, {});

    expect(need).toMatchObject({ trigger: 'Request', requestedAt: 'now' });
    expect(behind(object, { source }, need?.asked ?? {})).toBeUndefined();
  });
});

it.each<{ readonly name: string; readonly object: Partial<Summary>; readonly expected: boolean }>([
  { name: 'one that is ready needs none', object: {}, expected: false },
  { name: 'one that failed has an appointment to lose', object: { ready: NOT_READY }, expected: true },
  {
    name: 'one that was being worked on',
    object: { ready: { status: 'Unknown', reason: 'Progressing' } },
    expected: true,
  },
  {
    name: 'one that stalls waits for a change',
    object: { ready: NOT_READY, isStalled: true },
    expected: false,
  },
  { name: 'a new one is asked anyway', object: { ready: undefined }, expected: false },
  { name: 'one that goes is asked anyway', object: { ready: NOT_READY, isDeleting: true }, expected: false },
  { name: 'one that rests for good', object: { isSuspended: true, ready: NOT_READY }, expected: false },
  { name: 'a registry', object: { isStatic: true, ready: NOT_READY }, expected: false },
  {
    name: 'one that rests for a time',
    object: { isSuspended: true, suspendedUntil: '2026-11-22T16:00:00Z' },
    expected: true,
  },
])('a look: $name', ({ object, expected }) => {
  expect(needsLook(summary(object))).toBe(expected);
});

it.each<{ readonly name: string; readonly object: Partial<Summary>; readonly expected: boolean }>([
  { name: 'says so', object: { ready: { status: 'False', reason: 'DependencyNotReady' } }, expected: true },
  { name: 'failed otherwise', object: { ready: NOT_READY }, expected: false },
  {
    name: 'rests',
    object: { isSuspended: true, ready: { status: 'False', reason: 'DependencyNotReady' } },
    expected: false,
  },
])('a dependant waits when it $name', ({ object, expected }) => {
  expect(waitsForDependency(summary(object))).toBe(expected);
});

it.each<{ readonly reason: string; readonly more?: Partial<Summary>; readonly expected: boolean }>([
  { reason: 'SourceNotReady', expected: true },
  { reason: 'NoSourceArtifact', expected: true },
  { reason: 'SourceUnavailable', expected: true },
  { reason: 'ArtifactFailed', expected: false },
  { reason: 'InvalidChartReference', expected: false },
  { reason: 'SourceNotReady', more: { isSuspended: true }, expected: false },
  { reason: 'SourceNotReady', more: { ready: { status: 'True', reason: 'x' } }, expected: false },
])('one that says $reason waits for its source: $expected', ({ reason, more, expected }) => {
  expect(waitsForSource(summary({ ready: { status: 'False', reason }, ...more }))).toBe(expected);
});

it.each<{
  readonly name: string;
  readonly before: Partial<Summary> | undefined;
  readonly after: Partial<Summary>;
  readonly expected: boolean;
}>([
  { name: 'it was not', before: { ready: NOT_READY }, after: {}, expected: true },
  { name: 'it was, with another revision', before: { appliedRevision: 'r0' }, after: {}, expected: true },
  { name: 'it was, with the same', before: {}, after: {}, expected: false },
  { name: 'nobody saw it before', before: undefined, after: {}, expected: false },
  {
    name: 'its ready is for an older spec',
    before: { ready: NOT_READY },
    after: { generation: 3 },
    expected: false,
  },
])('a dependency became ready when $name: $expected', ({ before, after, expected }) => {
  expect(becameReady(before && summary(before), summary(after))).toBe(expected);
});
