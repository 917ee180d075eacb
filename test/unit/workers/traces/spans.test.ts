import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { Kind } from '../../../../api/object-ref.ts';
import { planSpans, traceIds } from '../../../../workers/traces/spans.ts';
import type { EndedPass } from '../../../../workflows/telemetry.ts';

const ORIGIN = {
  source: 'GitRepository/apps/home',
  revision: 'main@sha1:0b53800c2caed3835278530448353ca7d6a636e7',
};
const IDS = traceIds(ORIGIN);
const AT = Date.parse('2026-11-22T12:00:00Z');

function pass(kind: Kind, name: string, result: Partial<EndedPass['result']> = {}): EndedPass {
  return {
    ref: { kind, namespace: 'apps', name },
    startedAt: AT,
    endedAt: AT + 1_000,
    begun: [],
    result: {
      trigger: 'Source',
      outcome: 'Succeeded',
      message: 'done',
      revision: ORIGIN.revision,
      steps: [],
      ...result,
    },
  };
}

function objectAt(requestedAt?: string): KubeObject {
  const annotations = requestedAt === undefined ? {} : { 'reconcile.fluxcd.io/requestedAt': requestedAt };
  return { apiVersion: 'v1', kind: 'GitRepository', metadata: { name: 'home', annotations } };
}

describe('ids', () => {
  it('are those of OpenTelemetry, and tell the spans apart', () => {
    expect(IDS.trace).toMatch(/^[0-9a-f]{32}$/);
    expect(IDS.source).toMatch(/^[0-9a-f]{16}$/);
    expect(IDS.webhook).toMatch(/^[0-9a-f]{16}$/);
    expect(IDS.source).not.toBe(IDS.webhook);
  });

  it('are the same on every worker', () => {
    // sha256 of "GitRepository/apps/home@main@sha1:0b53…"
    expect(traceIds({ ...ORIGIN })).toEqual(IDS);
    expect(IDS.trace).toBe('c062c57ef7c1b7d7a2afc554158a3073');
  });

  it.each([
    { ...ORIGIN, source: 'GitRepository/other/home' },
    { ...ORIGIN, revision: 'main@sha1:ffffffffffffffffffffffffffffffffffffffff' },
  ])('are others for $source at $revision', (origin) => {
    expect(traceIds(origin).trace).not.toBe(IDS.trace);
  });
});

describe('a pass', () => {
  it('of the source is the root, under the id that all others know', () => {
    const [span, ...more] = planSpans(pass(Kind.GitRepository, 'home'), objectAt(), ORIGIN);

    expect(more).toEqual([]);
    expect(span).toMatchObject({
      name: 'GitRepository apps/home',
      spanId: IDS.source,
      startedAt: AT,
      endedAt: AT + 1_000,
      attributes: { 'pawl.kind': 'GitRepository', 'pawl.trigger': 'Source', 'pawl.outcome': 'Succeeded' },
    });
    expect(span).not.toHaveProperty('parentId');
    expect(span).not.toHaveProperty('error');
  });

  it('of anything else is a child of the source', () => {
    const [span] = planSpans(pass(Kind.Kustomization, 'app'), objectAt(), ORIGIN);

    expect(span).toMatchObject({ parentId: IDS.source });
    expect(span).not.toHaveProperty('spanId');
  });

  it('that failed says why', () => {
    const failed = pass(Kind.Kustomization, 'app', { outcome: 'BuildFailed', message: 'no such file' });

    expect(planSpans(failed, objectAt(), ORIGIN)[0]).toMatchObject({ error: 'no such file' });
  });
});

describe('a webhook', () => {
  const hooked = pass(Kind.GitRepository, 'home', { trigger: 'Webhook' });

  it('is the root, from when it came until the pass began', () => {
    const [webhook, span] = planSpans(hooked, objectAt('2026-11-22T11:59:59.5Z'), ORIGIN);

    expect(webhook).toMatchObject({ name: 'webhook', spanId: IDS.webhook, startedAt: AT - 500, endedAt: AT });
    expect(webhook).not.toHaveProperty('parentId');
    expect(span).toMatchObject({ spanId: IDS.source, parentId: IDS.webhook });
  });

  it.each([
    {
      why: 'another trigger',
      seen: pass(Kind.GitRepository, 'home', { trigger: 'Interval' }),
      at: '2026-11-22T11:59:59Z',
    },
    { why: 'no time', seen: hooked, at: undefined },
    { why: 'no readable time', seen: hooked, at: 'soon' },
    { why: 'an old request', seen: hooked, at: '2026-11-22T11:00:00Z' },
    { why: 'a time to come', seen: hooked, at: '2026-11-22T13:00:00Z' },
    {
      why: 'not the source',
      seen: pass(Kind.Kustomization, 'app', { trigger: 'Webhook' }),
      at: '2026-11-22T11:59:59Z',
    },
  ])('is not told with $why', ({ seen, at }) => {
    expect(planSpans(seen, objectAt(at), ORIGIN)).toHaveLength(1);
  });
});

it('steps have their own time; one that was dropped lasts until the pass ends', () => {
  const stepped: EndedPass = {
    ...pass(Kind.Kustomization, 'app', {
      steps: [
        { name: 'build', ms: 100 },
        { name: 'apply', ms: 5_000 },
      ],
    }),
    begun: [
      { name: 'build', at: AT + 10 },
      { name: 'apply', at: AT + 200 },
      { name: 'wait', at: AT + 700 },
    ],
  };

  const [span] = planSpans(stepped, objectAt(), ORIGIN);

  expect(span?.children.map(({ name, startedAt, endedAt }) => [name, startedAt - AT, endedAt - AT])).toEqual([
    ['build', 10, 110],
    ['apply', 200, 1_000],
    ['wait', 700, 1_000],
  ]);
});
