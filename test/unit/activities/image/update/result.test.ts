import { describe, expect, it } from 'vitest';
import type { ObjectChange, UpdatedFile } from '../../../../../activities/image/update/changes.ts';
import { summarise } from '../../../../../activities/image/update/result.ts';

describe('what an update changed', () => {
  it('is listed by file and object in the order that Go prints maps in', () => {
    const result = summarise([
      file('b.yaml', changed('web', '1'), changed('api', '2'), changed('web', '3')),
      // By UTF-8 bytes this path is before the next, by UTF-16 units behind it.
      file('\uff5e.yaml', changed('web', '4')),
      file('\u{1f4e6}.yaml', changed('api', '5')),
      file('a.yaml', changed('web', '6', 'Zone')),
    ]);

    expect(result.fileChanges.map(({ path }) => path)).toEqual([
      'a.yaml',
      'b.yaml',
      '\uff5e.yaml',
      '\u{1f4e6}.yaml',
    ]);
    expect(result.fileChanges[1]?.objects.map(namesAndValues)).toEqual(['App api: 2', 'App web: 1 3']);
    expect(result.objects.map(namesAndValues)).toEqual(['App api: 2 5', 'App web: 1 3 4', 'Zone web: 6']);
    expect(result.changes.map(({ newValue }) => newValue)).toEqual(['6', '2', '1', '3', '4', '5']);
  });

  it('tells objects apart by all that names them', () => {
    const { object, change } = changed('web', '1');
    const ids = [
      object,
      { ...object, namespace: 'other' },
      { ...object, apiVersion: 'v2' },
      { ...object, kind: 'B' },
    ];

    const result = summarise([file('a.yaml', ...ids.map((id) => ({ object: id, change })))]);

    expect(result.objects.map(({ object: id }) => [id.apiVersion, id.kind, id.name, id.namespace])).toEqual([
      ['v1', 'App', 'web', ''],
      ['v1', 'App', 'web', 'other'],
      ['v1', 'B', 'web', ''],
      ['v2', 'App', 'web', ''],
    ]);
  });

  it('lists a change once that was made to many objects', () => {
    const result = summarise([
      file('a.yaml', changed('web', '1'), changed('api', '1')),
      file('b.yaml', changed('web', '1')),
    ]);

    expect(result.changes).toEqual([{ setter: 'apps:web', oldValue: '0', newValue: '1' }]);
    expect(result.objects.map(namesAndValues)).toEqual(['App api: 1', 'App web: 1 1']);
  });

  it('is nothing without files', () => {
    expect(summarise([])).toEqual({ fileChanges: [], objects: [], changes: [] });
  });
});

function file(path: string, ...changes: readonly ObjectChange[]): UpdatedFile {
  return { path, content: Buffer.alloc(0), changes };
}

function changed(name: string, newValue: string, kind = 'App'): ObjectChange {
  const object = { apiVersion: 'v1', kind, name, namespace: '' };
  return { object, change: { setter: 'apps:web', oldValue: '0', newValue } };
}

function namesAndValues({ object, changes }: ReturnType<typeof summarise>['objects'][number]): string {
  return `${object.kind} ${object.name}: ${changes.map(({ newValue }) => newValue).join(' ')}`;
}
