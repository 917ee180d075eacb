import { beforeEach, expect, it } from 'vitest';
import { createConfigs } from '../../../../workers/watch/configs.ts';

const changed: string[] = [];
beforeEach(() => {
  changed.length = 0;
});

function configs(remembered?: unknown) {
  return createConfigs(remembered, (id) => changed.push(id));
}

function config(name: string, resourceVersion: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'apps', resourceVersion } };
}

it('takes what is there at first as known', () => {
  const watched = configs();

  watched.replace('ConfigMap', [config('vars', '1')]);

  expect(changed).toEqual([]);
  expect(watched.versions()).toEqual({ 'ConfigMap/apps/vars': '1' });
});

it.each([
  { name: 'a new version', isDeleted: false, version: '2', expected: ['ConfigMap/apps/vars'] },
  { name: 'the same version again', isDeleted: false, version: '1', expected: [] },
  { name: 'a deletion', isDeleted: true, version: '2', expected: ['ConfigMap/apps/vars'] },
])('tells of $name', ({ isDeleted, version, expected }) => {
  const watched = configs();
  watched.replace('ConfigMap', [config('vars', '1')]);

  watched.event(config('vars', version), isDeleted);

  expect(changed).toEqual(expected);
});

it('sees what changed while another one watched, came and went', () => {
  const before = configs();
  before.replace('ConfigMap', [config('same', '1'), config('other', '1'), config('gone', '1')]);

  const after = configs(before.versions());
  after.replace('ConfigMap', [config('same', '1'), config('other', '2'), config('new', '3')]);
  after.replace('Secret', []);

  expect(changed.sort()).toEqual(['ConfigMap/apps/gone', 'ConfigMap/apps/new', 'ConfigMap/apps/other']);
});

it('sees what a later list has no more', () => {
  const watched = configs();
  watched.replace('ConfigMap', [config('vars', '1')]);

  watched.replace('ConfigMap', []);

  expect(changed).toEqual(['ConfigMap/apps/vars']);
});

it.each([null, 'text', { versions: 3 }])('remembers nothing of %j', (remembered) => {
  const watched = configs(remembered);

  watched.replace('ConfigMap', [config('vars', '1')]);

  expect(changed).toEqual([]);
});
