import { describe, expect, it, test } from 'vitest';
import { loadVariables } from '../../../../activities/build/variables.ts';
import { KubeUnreachableError } from '../../../../activities/kube/errors.ts';
import { redact } from '../../../../activities/redact.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { aKustomization } from '../../../support/build.ts';

const cluster: Record<string, Record<string, string>> = {
  'ConfigMap/flux-system/one': { A: 'one', B: 'one', lines: 'a\nb\n' },
  'ConfigMap/flux-system/two': { B: 'two', C: 'two' },
  'Secret/flux-system/secret': { TOKEN: Buffer.from('s3cret-tok\nen').toString('base64') },
  'ConfigMap/flux-system/bad': { 'not-a-name': 'x' },
  'ConfigMap/other/foreign': { A: 'foreign' },
};

const kube = {
  async get({
    apiVersion,
    kind,
    namespace,
    name,
  }: {
    apiVersion: string;
    kind: string;
    namespace?: string | undefined;
    name: string;
  }) {
    const data = cluster[`${kind}/${namespace}/${name}`];
    return data && ({ apiVersion, kind, metadata: { name }, data } as KubeObject);
  },
};

function load(postBuild: object) {
  return loadVariables(kube, aKustomization({ postBuild }));
}

const from = (...references: string[]) =>
  references.map((reference) => {
    const [kind, name] = reference.split('/');
    return { kind, name };
  });

describe('loadVariables', () => {
  it('is nothing without postBuild', async () => {
    expect(await loadVariables(kube, aKustomization({}))).toBeUndefined();
  });

  it('lets later references win, and the variables of the spec last', async () => {
    const variables = await load({
      substituteFrom: from('ConfigMap/one', 'ConfigMap/two'),
      substitute: { C: 'spec' },
    });

    expect(variables).toEqual({ A: 'one', B: 'two', C: 'spec', lines: 'ab' });
  });

  it('decodes Secrets, and masks their values in messages', async () => {
    const variables = await load({ substituteFrom: from('Secret/secret') });

    expect(variables).toEqual({ TOKEN: 's3cret-token' });
    expect(redact('bad value s3cret-token, raw s3cret-tok\nen')).toBe('bad value ***, raw ***');
  });

  it('passes over what is optional and missing', async () => {
    const substituteFrom = [{ kind: 'ConfigMap', name: 'none', optional: true }];

    expect(await load({ substituteFrom, substitute: { A: 'b\n' } })).toEqual({ A: 'b' });
  });

  it('takes a name of the prototype as any other', async () => {
    expect(Object.keys((await load({ substitute: { constructor: 'x', __proto__x: 'y' } })) ?? {})).toEqual([
      'constructor',
      '__proto__x',
    ]);
  });

  test.for([
    [
      'a ConfigMap that is missing',
      { substituteFrom: from('ConfigMap/none') },
      `substitute from 'ConfigMap/none' error: it is not in the namespace flux-system`,
    ],
    [
      'a Secret of another namespace',
      { substituteFrom: from('ConfigMap/foreign') },
      `substitute from 'ConfigMap/foreign' error`,
    ],
    ['a key that is no name', { substituteFrom: from('ConfigMap/bad') }, `'not-a-name' var name is invalid`],
    ['a variable that is no name', { substitute: { '1a': 'x' } }, `'1a' var name is invalid`],
  ] as const)('refuses %s', async ([, postBuild, says]) => {
    const error: unknown = await load(postBuild).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ type: 'BuildFailed', nonRetryable: true });
    expect(String(error)).toContain(says);
  });

  it('tries again when the API server is away', async () => {
    const away = { get: () => Promise.reject(new KubeUnreachableError('https://x', 'refused')) };
    const kustomization = aKustomization({ postBuild: { substituteFrom: from('ConfigMap/one') } });

    await expect(loadVariables(away, kustomization)).rejects.toMatchObject({
      type: 'BuildFailed',
      nonRetryable: false,
    });
  });
});
