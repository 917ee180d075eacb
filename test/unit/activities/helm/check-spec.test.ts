import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../../../activities/helm/check-spec.ts';
import type { HelmReleaseSpec } from '../../../../api/helm-release.ts';

const check = (spec: Partial<HelmReleaseSpec>) => () => checkSpec({ spec: { interval: '1h', ...spec } });
const LONG = '9999999999h';

describe('a spec that the schema lets through stalls for', () => {
  it.each<{ readonly field: string; readonly spec: Partial<HelmReleaseSpec> }>([
    { field: 'interval', spec: { interval: LONG } },
    { field: 'timeout', spec: { timeout: LONG } },
    ...(['install', 'upgrade', 'test', 'rollback', 'uninstall'] as const).map((action) => ({
      field: `${action}.timeout`,
      spec: { [action]: { timeout: LONG } },
    })),
    ...(['install', 'upgrade'] as const).map((action) => ({
      field: `${action}.strategy.retryInterval`,
      spec: { [action]: { strategy: { name: 'RetryOnFailure', retryInterval: LONG } } },
    })),
    ...['Web', 'web_app', '-web', 'web-', 'web.', '.', 'w b', 'web..app', 'wéb'].map((releaseName) => ({
      field: 'releaseName',
      spec: { releaseName },
    })),
    ...['Apps', 'apps.eu', '-apps', 'apps/x'].flatMap((name) => [
      { field: 'targetNamespace', spec: { targetNamespace: name } },
      { field: 'storageNamespace', spec: { storageNamespace: name } },
    ]),
  ])('$field in $spec', ({ field, spec }) => {
    expect(check(spec)).toThrow(
      expect.objectContaining({
        type: 'InvalidSpec',
        details: [{ stalled: true }],
        message: expect.stringContaining(`spec.${field}: `),
      }),
    );
  });
});

it.each<Partial<HelmReleaseSpec>>([
  {},
  { timeout: '5m', install: { timeout: '1m30s' }, upgrade: { strategy: { name: 'RetryOnFailure' } } },
  { releaseName: 'a', targetNamespace: '0', storageNamespace: 'a-1' },
  { releaseName: 'web.v1-2' },
])('takes %j', (spec) => {
  expect(check(spec)).not.toThrow();
});
