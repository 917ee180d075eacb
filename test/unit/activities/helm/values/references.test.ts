import { describe, expect, it } from 'vitest';
import { type ComposedValues, composeValues } from '../../../../../activities/helm/values/compose.ts';
import type { ValuesData, ValuesReference } from '../../../../../activities/helm/values/references.ts';

const objects: Readonly<Record<string, ValuesData>> = {
  'ConfigMap/settings': { 'values.yaml': 'a: 1\n', broken: 'a: 1\nb: [oops\n', text: 'just text' },
  'Secret/keys': {
    'values.yaml': Buffer.from('user: admin\nport: 54321\nhosts: [db.example, x]\nflag: true\n'),
    broken: Buffer.from('a: 1\nhunter2: {*hunter2'),
    twice: Buffer.from('a: !hunter2 1\n'),
    text: Buffer.from('hunter2'),
    line: Buffer.from('hunter2,hunter2'),
    list: Buffer.from('{hunter2'),
    password: Buffer.from('"hunter2"'),
    number: Buffer.from('12345678'),
    latin1: Buffer.from('hunter2: caf\xe9', 'latin1'),
  },
};

const reads: string[] = [];

function compose(...valuesFrom: readonly ValuesReference[]): Promise<ComposedValues> {
  return composeValues({
    namespace: 'apps',
    values: {},
    valuesFrom: [...valuesFrom],
    read: async (kind, name) => {
      reads.push(`${kind}/${name}`);
      return objects[`${kind}/${name}`];
    },
  });
}

const settings = { kind: 'ConfigMap', name: 'settings' } as const;
const keys = { kind: 'Secret', name: 'keys' } as const;

describe('a reference that does not lead to values', () => {
  it.each([
    [
      { kind: 'Secret', name: 'gone' },
      "Secret chart values reference 'apps/gone' with key 'values.yaml': resource not found; create it, or make the reference optional",
    ],
    [
      { ...settings, valuesKey: 'gone' },
      "ConfigMap chart values reference 'apps/settings' with key 'gone': key not found; add it, correct valuesKey, or make the reference optional",
    ],
    [
      { ...settings, valuesKey: 'broken' },
      "ConfigMap chart values reference 'apps/settings' with key 'broken': the value is not valid YAML at line 3, column 1: ",
    ],
    [
      { ...settings, valuesKey: 'broken', optional: true },
      "optional ConfigMap chart values reference 'apps/settings' with key 'broken': the value is not valid YAML at",
    ],
    [
      { ...settings, valuesKey: 'text' },
      "ConfigMap chart values reference 'apps/settings' with key 'text': the value cannot be read: it is no mapping of keys to values",
    ],
    [
      { ...settings, valuesKey: 'text', targetPath: 'a[x]' },
      "ConfigMap chart values reference 'apps/settings' with key 'text': the value cannot be set at targetPath 'a[x]': the index of a list is no integer",
    ],
  ] satisfies [ValuesReference, string][])('%j', async (reference, message) => {
    await expect(compose(reference)).rejects.toMatchObject({
      type: 'ValuesError',
      nonRetryable: true,
      message: expect.stringContaining(`could not resolve ${message}`),
    });
  });

  it.each(['broken', 'twice', 'text', 'latin1'])(
    'tells nothing of the document %s in a Secret',
    async (valuesKey) => {
      const message = await compose({ ...keys, valuesKey }).catch(String);

      expect(message).toContain(`with key '${valuesKey}': the value`);
      expect(message).not.toContain('hunter2');
    },
  );

  it.each(['line', 'list'])('tells nothing of the text %s for a path from a Secret', async (valuesKey) => {
    const message = await compose({ ...keys, valuesKey, targetPath: 'a' }).catch(String);

    expect(message).toContain("cannot be set at targetPath 'a': a ");
    expect(message).not.toContain('hunter2');
  });

  it('passes on why an object cannot be read', async () => {
    const error = new Error('the API server is away');
    const composing = composeValues({
      namespace: 'apps',
      values: {},
      valuesFrom: [settings],
      read: () => Promise.reject(error),
    });

    await expect(composing).rejects.toBe(error);
  });
});

describe('references', () => {
  it('of one object read it once, so that they see one version of it', async () => {
    reads.length = 0;

    await compose(settings, { ...settings, valuesKey: 'text', targetPath: 'b' }, keys, {
      ...settings,
      optional: true,
    });

    expect(reads).toEqual(['ConfigMap/settings', 'Secret/keys']);
  });

  it('to Secrets tell which texts are secret, the longest first', async () => {
    const { secrets } = await compose(
      settings,
      keys,
      { ...keys, valuesKey: 'password', targetPath: 'b' },
      { ...keys, valuesKey: 'number', targetPath: 'c' },
    );

    expect(secrets).toEqual(['db.example', '12345678', 'hunter2', 'admin', '54321']);
  });
});
