import { describe, expect, it } from 'vitest';
import type { GlobalFlags } from '../../../../client/cli/global-flags.ts';
import { settingsFor } from '../../../../client/cli/settings.ts';

const flags: GlobalFlags = { namespace: 'flux-system', timeout: '5m', cluster: 'default' };
const demo = {
  kubeconfig: '/demo/kubeconfig',
  temporalAddress: '127.0.0.1:7000',
  temporalNamespace: 'demo',
  uiUrl: 'http://127.0.0.1:8000',
  logFile: '/demo/worker.log',
};

describe('the demo that is up', () => {
  it('is used when nothing else is named', () => {
    const settings = settingsFor(flags, {}, demo);

    expect(settings).toMatchObject({
      kube: { kubeconfig: '/demo/kubeconfig' },
      temporal: { fallback: { address: '127.0.0.1:7000', namespace: 'demo' } },
      temporalUi: 'http://127.0.0.1:8000',
    });
  });

  it.each([
    { name: 'a kubeconfig flag', more: { kubeconfig: '/own' }, env: {} },
    { name: 'a context', more: { context: 'home' }, env: {} },
    { name: 'KUBECONFIG', more: {}, env: { KUBECONFIG: '/own' } },
    { name: 'a Temporal address', more: { temporalAddress: 'temporal:7233' }, env: {} },
    { name: 'a Temporal profile', more: { temporalProfile: 'cloud' }, env: {} },
    { name: 'TEMPORAL_ADDRESS', more: {}, env: { TEMPORAL_ADDRESS: 'temporal:7233' } },
  ])('is left alone, both halves of it, with $name', ({ more, env }) => {
    const settings = settingsFor({ ...flags, ...more }, env, demo);

    expect(settings.demo).toBeUndefined();
    expect(settings.kube.kubeconfig).not.toBe('/demo/kubeconfig');
    expect(settings.temporal.fallback).toBeUndefined();
  });

  it('is used when the environment names it, as `pawl demo env` does', () => {
    const env = { KUBECONFIG: '/demo/kubeconfig', TEMPORAL_ADDRESS: '127.0.0.1:7000' };

    expect(settingsFor(flags, env, demo).demo).toBe(demo);
  });
});

describe('without a demo', () => {
  it('leaves the kubeconfig and Temporal to their own defaults', () => {
    const settings = settingsFor(flags, {}, undefined);

    expect(settings.kube).toEqual({ kubeconfig: undefined, context: undefined });
    expect(settings.temporal.address).toBeUndefined();
  });
});
