import { expect, test } from 'vitest';
import type { HelmAct } from '../../../../../activities/helm/run/act.ts';
import { helmArgs } from '../../../../../activities/helm/run/args.ts';
import type { HelmReleaseSpec } from '../../../../../api/helm-release.ts';

type Kind = HelmAct['kind'];

const OWN: Readonly<Record<Kind, object>> = {
  install: { chart: '/charts/web.tgz', values: '{}', postRender: async (text: string) => text },
  upgrade: {
    chart: '/charts/web.tgz',
    values: '{}',
    postRender: async (text: string) => text,
    lastApplied: 'ssa',
  },
  rollback: { version: 3, lastApplied: 'ssa' },
  test: {},
  uninstall: {},
};

function args(kind: Kind, spec: Partial<HelmReleaseSpec> = {}, more: object = {}): readonly string[] {
  const act = {
    kind,
    object: { spec: { interval: '1m', ...spec } },
    storageNamespace: 'storage',
    releaseNamespace: 'apps',
    releaseName: 'web',
    timeoutMs: 90_000,
    ...OWN[kind],
    ...more,
  };
  return helmArgs(act as unknown as HelmAct, '/scratch/values.json');
}

const COMMON = ['--namespace=apps', '--timeout=1m30s'];
const RENDERED = ['--values=/scratch/values.json', '--post-renderer=pawl', '--skip-crds', '--output=json'];

test.for<[Kind, readonly string[]]>([
  [
    'install',
    [
      'install',
      ...COMMON,
      ...RENDERED,
      '--server-side=true',
      '--force-conflicts',
      '--take-ownership',
      '--wait=watcher',
      '--wait-for-jobs',
      '--',
      'web',
      '/charts/web.tgz',
    ],
  ],
  [
    'upgrade',
    [
      'upgrade',
      ...COMMON,
      ...RENDERED,
      '--server-side=true',
      '--force-conflicts',
      '--take-ownership',
      '--wait=watcher',
      '--wait-for-jobs',
      '--reset-values',
      '--history-max=5',
      '--',
      'web',
      '/charts/web.tgz',
    ],
  ],
  [
    'rollback',
    [
      'rollback',
      ...COMMON,
      '--server-side=true',
      '--force-conflicts',
      '--wait=watcher',
      '--wait-for-jobs',
      '--history-max=5',
      '--',
      'web',
      '3',
    ],
  ],
  ['test', ['test', ...COMMON, '--', 'web']],
  ['uninstall', ['uninstall', ...COMMON, '--wait=watcher', '--cascade=background', '--', 'web']],
])('%s says nothing that the spec does not', ([kind, expected]) => {
  expect(args(kind)).toEqual(expected);
});

test.for<[Kind, string, Partial<HelmReleaseSpec>, Change, object?]>([
  ['install', 'patches by itself', { install: { serverSideApply: false } }, clientSide()],
  [
    'install',
    'validates nothing',
    { install: { disableOpenAPIValidation: true, disableSchemaValidation: true } },
    { with: ['--disable-openapi-validation', '--skip-schema-validation'] },
  ],
  [
    'install',
    'leaves what others own',
    { install: { disableTakeOwnership: true } },
    { without: ['--take-ownership'] },
  ],
  ['install', 'reuses a name', { install: { replace: true } }, { with: ['--replace'] }],
  [
    'install',
    'creates the namespace it is sent to',
    { targetNamespace: 'apps', install: { createNamespace: true } },
    { with: ['--create-namespace'] },
  ],
  [
    'install',
    'does not create its own namespace',
    { install: { createNamespace: true } },
    { without: ['--create-namespace'] },
  ],
  [
    'install',
    'does not wait',
    { install: { disableWait: true, disableWaitForJobs: true, disableHooks: true } },
    { with: ['--wait=hookOnly', '--no-hooks'], without: ['--wait=watcher', '--wait-for-jobs'] },
  ],
  ['install', 'waits as Helm 3 did', { waitStrategy: { name: 'legacy' } }, { with: ['--wait=legacy'] }],
  ['install', 'waits by default', { waitStrategy: { name: 'poller' } }, { with: ['--wait=watcher'] }],
  [
    'install',
    'leaves the wait by expressions to others',
    { healthCheckExprs: [{ apiVersion: 'v1', kind: 'X', current: 'true' }] },
    { with: ['--wait=hookOnly'] },
  ],
  ['upgrade', 'goes on as it was begun', {}, clientSide(), { lastApplied: 'csa' }],
  [
    'upgrade',
    'changes to server-side apply',
    { upgrade: { serverSideApply: 'enabled' } },
    { with: ['--server-side=true', '--force-conflicts'] },
    { lastApplied: 'csa' },
  ],
  ['upgrade', 'changes to patches', { upgrade: { serverSideApply: 'disabled' } }, clientSide()],
  [
    'upgrade',
    'replaces by force',
    { upgrade: { force: true } },
    { with: ['--force-replace'], without: ['--force-conflicts'] },
    { lastApplied: 'csa' },
  ],
  [
    'upgrade',
    'never forces replacing together with server-side apply',
    { upgrade: { force: true } },
    { with: ['--force-conflicts'], without: ['--force-replace'] },
  ],
  [
    'upgrade',
    'keeps values',
    { upgrade: { preserveValues: true } },
    { with: ['--reuse-values'], without: ['--reset-values'] },
  ],
  ['upgrade', 'cleans up', { upgrade: { cleanupOnFail: true } }, { with: ['--cleanup-on-fail'] }],
  ['upgrade', 'keeps all history', { maxHistory: 0 }, { with: ['--history-max=0'] }],
  [
    'rollback',
    'replaces by force',
    { rollback: { force: true, cleanupOnFail: true } },
    { with: ['--force-replace', '--cleanup-on-fail'] },
    { lastApplied: 'csa' },
  ],
  ['rollback', 'goes back to patches', {}, clientSide(), { lastApplied: 'csa' }],
  [
    'uninstall',
    'keeps history, in the foreground and without hooks',
    {
      uninstall: {
        keepHistory: true,
        disableHooks: true,
        disableWait: true,
        deletionPropagation: 'foreground',
      },
    },
    { with: ['--keep-history', '--no-hooks', '--wait=hookOnly', '--cascade=foreground'] },
  ],
  [
    'uninstall',
    'waits, whatever expressions there are',
    { healthCheckExprs: [{ apiVersion: 'v1', kind: 'X', current: 'true' }] },
    { with: ['--wait=watcher'] },
  ],
  [
    'test',
    'picks tests, each as one value',
    { test: { filters: [{ name: 'smoke' }, { name: 'a,"b"', exclude: true }] } },
    { with: ['--filter="name=smoke"', '--filter="!name=a,""b"""'] },
  ],
])('%s %s', ([kind, , spec, change, more]) => {
  const flags = args(kind, spec, more);

  expect(flags).toEqual(expect.arrayContaining([...(change.with ?? [])]));
  expect(flags.filter((flag) => change.without?.includes(flag))).toEqual([]);
});

interface Change {
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

function clientSide(): Change {
  return { with: ['--server-side=false'], without: ['--server-side=true', '--force-conflicts'] };
}

test('integers of values are one argument each, whatever their keys are', () => {
  const flags = args('install', {}, { sets: ['a=1', '--debug=2'] });

  expect(flags.filter((flag) => flag.includes('set='))).toEqual(['--set=a=1', '--set=--debug=2']);
});

test.for<[string, Kind, Partial<HelmReleaseSpec>, object]>([
  ['the name of the release may not start with "-"', 'install', {}, { releaseName: '--debug' }],
  ['the namespace of the release holds control', 'test', {}, { releaseNamespace: 'a\nb' }],
  ['a name in spec.test.filters holds control', 'test', { test: { filters: [{ name: 'a\0' }] } }, {}],
])('refuses: %s', ([message, kind, spec, more]) => {
  expect(() => args(kind, spec, more)).toThrow(message);
});
