import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { diffLines } from '../../../../client/cli/diff-lines.ts';
import { diffObjects } from '../../../../client/cli/diff-objects.ts';
import { formerSecrets } from '../../../../client/cli/former-secrets.ts';

const configMap = (name: string, data: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'apps' },
  data,
});

const secret = (fields: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'web', namespace: 'apps' },
  ...fields,
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const linesOf = (changes: ReturnType<typeof diffObjects>) =>
  changes.flatMap(({ hunks }) => hunks.flatMap(({ lines }) => lines));

describe('the difference of two texts', () => {
  const numbers = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`);
  const text = (changes: Readonly<Record<number, string>>) =>
    numbers.map((line, at) => changes[at + 1] ?? line).join('\n');

  it('has three lines around each change', () => {
    expect(diffLines(text({}), text({ 10: 'other' }))).toEqual([
      {
        before: 7,
        after: 7,
        lines: [' line 7', ' line 8', ' line 9', '-line 10', '+other', ' line 11', ' line 12', ' line 13'],
      },
    ]);
  });

  it('has one piece for changes that are close, and several for others', () => {
    expect(diffLines(text({}), text({ 2: 'a', 8: 'b' }))).toHaveLength(1);
    expect(diffLines(text({}), text({ 2: 'a', 10: 'b' }))).toMatchObject([
      { before: 1, after: 1 },
      { before: 7, after: 7 },
    ]);
  });

  it('counts the lines of each side', () => {
    const inserted = ['new', 'newer', ...numbers].join('\n');

    expect(diffLines(text({}), `${inserted}\nend`)).toMatchObject([
      { before: 1, after: 1 },
      { before: 18, after: 20 },
    ]);
  });

  it('is empty for equal texts', () => {
    expect(diffLines(text({}), text({}))).toEqual([]);
  });

  it('searches no shortest way where all of a large text differs', () => {
    const large = (word: string) => Array.from({ length: 50_000 }, (_, at) => `${word} ${at}`).join('\n');

    const [hunk] = diffLines(`same\n${large('a')}\nsame`, `same\n${large('b')}\nsame`);

    expect(hunk?.lines).toHaveLength(100_002);
  });
});

describe('secrets of earlier values', () => {
  const secrets = new Set(['new', '4711']);
  it.each([
    [{ auth: { password: 'old', user: 'u' } }, { auth: { password: 'new', user: 'u' } }, ['old']],
    [{ list: ['a', { b: 'old' }] }, { list: ['a', { b: 'new' }] }, ['old']],
    [{ pin: 815 }, { pin: 4711 }, ['815']],
    [{ auth: 'old' }, { auth: { password: 'new' } }, []],
    [{ auth: { password: 'old' } }, { auth: 'new' }, []],
    [{ gone: 'old' }, { other: 'new' }, []],
    [undefined, { password: 'new' }, []],
    [{ constructor: 'old' }, {}, []],
  ])('%j before %j', (before, now, found) => {
    expect(formerSecrets(before, now, secrets)).toEqual(found);
  });
});

describe('the difference of two releases', () => {
  it('names what is created, changed and deleted, and nothing that stays', () => {
    const before = [configMap('old', {}), configMap('same', { a: '1' }), configMap('other', { a: '1' })];
    const after = [configMap('new', {}), configMap('other', { a: '2' }), configMap('same', { a: '1' })];

    expect(diffObjects(before, after, []).map(({ name, change }) => `${name} ${change}`)).toEqual([
      'ConfigMap/apps/new created',
      'ConfigMap/apps/other changed',
      'ConfigMap/apps/old deleted',
    ]);
  });

  it('does not mind the order of fields', () => {
    expect(diffObjects([configMap('a', { x: 1, y: 2 })], [configMap('a', { y: 2, x: 1 })], [])).toEqual([]);
  });

  it('tells an object of another group by its group', () => {
    const of = (apiVersion: string): KubeObject => ({
      apiVersion,
      kind: 'Service',
      metadata: { name: 'web' },
    });

    expect(diffObjects([of('v1')], [of('serving.knative.dev/v1')], [])).toMatchObject([
      { change: 'created' },
      { change: 'deleted' },
    ]);
    expect(diffObjects([of('example.com/v1beta1')], [of('example.com/v1')], [])).toMatchObject([
      { change: 'changed' },
    ]);
  });

  it('tells of values of Secrets only that they differ', () => {
    const before = secret({ data: { kept: base64('s1'), changed: base64('s2'), gone: base64('s3') } });
    const after = secret({ stringData: { kept: 's1', changed: 's4', added: 's5' } });

    const lines = linesOf(diffObjects([before], [after], []));

    expect(lines).toEqual([
      ' apiVersion: v1',
      ' data:',
      "-  changed: '*** (before)'",
      "-  gone: '***'",
      "+  added: '***'",
      "+  changed: '*** (after)'",
      "   kept: '***'",
      ' kind: Secret',
      ' metadata:',
    ]);
  });

  it('sees no difference between the two ways to write a Secret', () => {
    const before = secret({ data: { a: base64('x') } });

    expect(diffObjects([before], [secret({ stringData: { a: 'x' } })], [])).toEqual([]);
  });

  it('masks what came from Secrets wherever it stands', () => {
    const before = configMap('web', { url: 'pg://old@db', words: 'yes' });
    const after = configMap('web', { url: 'pg://s3cret@db', words: 'no' });

    const text = linesOf(diffObjects([before], [after], ['s3cret', 'no'])).join('\n');

    expect(text).toContain('+  url: pg://***@db');
    // Too short to be told from any word.
    expect(text).toContain('+  words: "no"');
  });
});
