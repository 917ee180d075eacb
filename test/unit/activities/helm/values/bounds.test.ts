import { describe, expect, it } from 'vitest';
import { composeValues } from '../../../../../activities/helm/values/compose.ts';
import { inputOf } from '../../../../support/values-row.ts';

const value = (text: string) => ({ set: [{ path: 'a', value: text }] });
const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

describe('what is too much is refused, and at once', () => {
  it.each([
    ['an index', { set: [{ path: 'a[65537]', value: '1' }] }, 'the index of a list is more than 65536'],
    ['a huge index', value('1,b[9999999999]=1'), 'the index of a list is more than 65536'],
    ['dots', value(`1,b${'.b'.repeat(31)}=1`), 'the path has more than 30 dots'],
    ['dots by the thousands', value(`1,b${'.b'.repeat(100_000)}=1`), 'the path has more than 30 dots'],
    ['lists in lists', value(`1,b${'[0]'.repeat(101)}=1`), 'the path is deeper than 100 levels'],
    [
      'lists in lists by the thousands',
      value(`1,b${'[0]'.repeat(100_000)}=1`),
      'the path is deeper than 100 levels',
    ],
    ['long lists', value(listsOf(20)), 'the paths ask for too many list items'],
    ['long lists by the thousands', value(listsOf(60_000)), 'the paths ask for too many list items'],
    ['integers', value(`{${'1,'.repeat(200_000)}}`), 'more integers than helm can be told'],
    ['a key', value(`1,${'é'.repeat(60_000)}=1`), 'more integers than helm can be told'],
    ['a key that is no argument', value('1,b\0=1'), 'a key with a NUL character'],
    ['levels of a document', { yaml: [nested(101)] }, 'nested deeper than 100 levels'],
    [
      'levels of spec.values',
      { values: nested(101) },
      'spec.values cannot be used: it is nested deeper than 100 levels',
    ],
    [
      'levels of spec.values by the thousands',
      { values: nested(3_000) },
      'it is nested deeper than 100 levels',
    ],
  ])('%s', async (_, row, message) => {
    await expect(composeValues(inputOf(row))).rejects.toMatchObject({
      type: 'ValuesError',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['the highest index', { set: [{ path: 'a[65536]', value: '1' }] }],
    ['thirty dots', value(`1,b${'.b'.repeat(30)}=1`)],
    ['a hundred lists in lists', value(`1,b${'[0]'.repeat(99)}=1`)],
    ['a hundred levels of spec.values', { values: nested(100) }],
    ['half a million quotes', value(`'x${'"'.repeat(500_000)}x'`)],
    ['a hundred thousand items', value(`{${'x,'.repeat(100_000)}}`)],
  ])('but not %s', async (_, row) => {
    expect((await composeValues(inputOf(row))).digest).toMatch(/^sha256:/);
  });

  it('counts the items of all references together', async () => {
    const set = Array.from({ length: 20 }, (_, index) => ({ path: `list${index}[65536]`, value: '1' }));

    await expect(composeValues(inputOf({ set }))).rejects.toThrow("at targetPath 'list15[65536]'");
  });
});

describe('keys that are words to JavaScript', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    '%s is a key',
    async (key) => {
      const row = {
        values: `{"inline":{"${key}":{"x":1}}}`,
        yaml: [`${key}: {p: 2}\n`],
        set: [
          { path: `${key}.z`, value: 'text' },
          { path: `made.${key}.z`, value: 'text' },
          { path: `list[0].${key}`, value: 'text' },
        ],
      };

      const { json } = await composeValues(inputOf(row));

      expect(json).toContain(`"${key}":{"p":2,"z":"text"}`);
      expect(json).toContain(`"made":{"${key}":{"z":"text"}}`);
      expect(json).toContain(`"list":[{"${key}":"text"}]`);
      expect({}).not.toHaveProperty('z');
      expect({}).not.toHaveProperty('p');
    },
  );

  it('and no keys of an object that lacks them', async () => {
    const { json } = await composeValues(
      inputOf({
        from: ['constructor', 'toString'].map((valuesKey) => ({
          kind: 'ConfigMap',
          name: 'settings',
          valuesKey,
          optional: true,
        })),
        objects: { 'ConfigMap/settings': {} },
      }),
    );

    expect(json).toBe('{}\n');
  });
});

function listsOf(count: number): string {
  return `1${Array.from({ length: count }, (_, index) => `,k${index}[65536]=1`).join('')}`;
}
