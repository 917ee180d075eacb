import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { toFluxEvent } from '../../../../activities/notify/to-flux-event.ts';
import { rememberSecret } from '../../../../activities/redact.ts';
import type { EventInput } from '../../../../activities/status/events.ts';

const NOW = new Date('2026-11-22T12:00:00.789Z');

function input(
  more: Partial<EventInput> = {},
  annotations: Readonly<Record<string, string>> = {},
): EventInput {
  const metadata = { namespace: 'apps', name: 'web', uid: 'u', resourceVersion: '7', annotations };
  const object = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata };
  return { object, type: 'Normal', reason: 'UpgradeSucceeded', message: 'done', ...more };
}

it('is what helm-controller would post', () => {
  const metadata = { revision: '1.2.3', token: 'sha256:1', 'app-version': '9' };

  expect(
    toFluxEvent(input({ metadata }, { 'event.toolkit.fluxcd.io/env': 'prod', other: 'x' }), NOW),
  ).toEqual({
    involvedObject: {
      kind: 'HelmRelease',
      namespace: 'apps',
      name: 'web',
      uid: 'u',
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      resourceVersion: '7',
    },
    severity: 'info',
    timestamp: '2026-11-22T12:00:00Z',
    message: 'done',
    reason: 'UpgradeSucceeded',
    metadata: {
      'helm.toolkit.fluxcd.io/revision': '1.2.3',
      'helm.toolkit.fluxcd.io/token': 'sha256:1',
      'helm.toolkit.fluxcd.io/app-version': '9',
      'event.toolkit.fluxcd.io/env': 'prod',
    },
    reportingController: 'helm-controller',
    reportingInstance: hostname(),
  });
});

it.each([
  ['GitRepository', 'source-controller'],
  ['Kustomization', 'kustomize-controller'],
  ['ImageRepository', 'image-reflector-controller'],
  ['ImagePolicy', 'image-reflector-controller'],
  ['ImageUpdateAutomation', 'image-automation-controller'],
])('%s is reported by %s', (kind, controller) => {
  const object = { ...input().object, kind };

  expect(toFluxEvent(input({ object }), NOW).reportingController).toBe(controller);
});

it('a warning is an error', () => {
  expect(toFluxEvent(input({ type: 'Warning' }), NOW).severity).toBe('error');
});

it('has no secret, in no part', () => {
  rememberSecret('hunter2-canary');

  const event = toFluxEvent(
    input(
      { message: 'hunter2-canary', metadata: { revision: 'hunter2-canary' } },
      { 'event.toolkit.fluxcd.io/a': 'hunter2-canary' },
    ),
    NOW,
  );

  expect(JSON.stringify(event)).not.toContain('hunter2-canary');
});

it('is bounded, whatever the object carries', () => {
  const annotations = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`event.toolkit.fluxcd.io/key-${i}`, 'ä'.repeat(2_000)]),
  );

  const event = toFluxEvent(
    input({ message: 'ü'.repeat(100_000), metadata: { revision: '1' } }, annotations),
    NOW,
  );

  expect(event.message).toHaveLength(39_000);
  expect(event.metadata).toHaveProperty(['helm.toolkit.fluxcd.io/revision'], '1');
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(250_000);
});
