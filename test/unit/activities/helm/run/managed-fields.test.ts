import { expect, test } from 'vitest';
import { swapInObject, swapInPatch } from '../../../../../activities/helm/run/managed-fields.ts';

const entries = (...managers: string[]) => managers.map((manager) => ({ manager, operation: 'Update' }));
const NAMES = ['helm-controller', 'helm', 'kubectl', 'helm'];
const SWAPPED = ['helm', 'helm-controller', 'kubectl', 'helm-controller'];

test("helm sees our entries as its own, and another helm's as ours", () => {
  const object = {
    metadata: { name: 'web', managedFields: entries(...NAMES) },
    data: { manager: 'helm', big: 9007199254740993n },
  };
  const text = JSON.stringify(object, (_key, value) => (typeof value === 'bigint' ? 'BIG' : value)).replace(
    '"BIG"',
    '9007199254740993',
  );

  const seen = swapInObject(text);

  expect(JSON.parse(seen).metadata.managedFields).toEqual(entries(...SWAPPED));
  expect(seen).toContain('"data":{"manager":"helm","big":9007199254740993}');
});

test.for<[string]>([['{"metadata":{}}'], ['{"kind":"Table","manager":"helm"}'], ['']])(
  'leaves %s alone',
  ([text]) => {
    expect(swapInObject(text)).toBe(text);
  },
);

test('a patch of the entries is for the cluster again', () => {
  const patch = [
    { op: 'replace', path: '/metadata/managedFields', value: entries(...SWAPPED) },
    { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
    { op: 'add', path: '/data/x', value: entries('helm') },
  ];

  expect(JSON.parse(swapInPatch(JSON.stringify(patch)))).toEqual([
    { ...patch[0], value: entries(...NAMES) },
    patch[1],
    patch[2],
  ]);
});
