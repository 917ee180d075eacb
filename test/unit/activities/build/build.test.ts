import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildInput, createBuilder } from '../../../../activities/build/build.ts';
import {
  aKustomization,
  type BuildBench,
  configMap,
  createBuildBench,
  failureOf,
} from '../../../support/build.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await createBuildBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const FILES = {
  'a.yaml': configMap('a', '  v: ${v:=none}\n'),
  'kustomization.yaml': 'namePrefix: x-\nresources: [a.yaml]',
};

describe('the builder', () => {
  it('builds the same inputs once, also when they come at the same time', async () => {
    const { builder, calls } = await counted();
    const input = await anInput({});

    const [first, second] = await Promise.all([builder.build(input), builder.build(input)]);
    const third = await builder.build({ ...input, root: '/not/there/any/more' });

    expect(await calls()).toBe(1);
    expect([second, third]).toEqual([first, first]);
  });

  it('runs kustomize once for Kustomizations that differ by a variable', async () => {
    const { builder, calls } = await counted();
    const input = await anInput({ postBuild: { substitute: {} } });

    const built = await Promise.all(
      ['1', '2', '3'].map((v) => builder.build({ ...input, variables: { v } })),
    );

    expect(await calls()).toBe(1);
    expect(built.map(({ objects }) => objects[0]?.['data'])).toEqual(
      [1, 2, 3].map((v) => ({ key: 'value', v })),
    );
    expect(new Set(built.map(({ digest }) => digest)).size).toBe(3);
  });

  it('builds again for another artifact, path, spec or namespace', async () => {
    const { builder, calls } = await counted();
    const input = await anInput({});
    const others: Partial<BuildInput>[] = [
      { artifactDigest: 'sha256:other' },
      { kustomization: aKustomization({ namePrefix: 'y-' }) },
      { kustomization: aKustomization({ targetNamespace: 'z' }) },
      {
        kustomization: aKustomization({
          patches: [{ patch: '- {op: test, path: /kind, value: ConfigMap}', target: {} }],
        }),
      },
    ];

    await builder.build(input);
    for (const other of others) await builder.build({ ...input, ...other });

    expect(await calls()).toBe(5);
  });

  it('does not keep a failure', async () => {
    const builder = createBuilder(bench);
    const input = await anInput({});
    await writeFile(join(input.root, 'a.yaml'), 'kind: ConfigMap');
    const first = await failureOf(builder.build(input));
    await writeFile(join(input.root, 'a.yaml'), FILES['a.yaml']);

    const second = await failureOf(builder.build(input));

    expect(first).toContain('BuildFailed');
    expect(second).toBe('built 1 objects');
  });

  it('ends only the waiting of the one who gave up', async () => {
    const builder = createBuilder(bench);
    const input = await anInput({});
    const controller = new AbortController();
    const leaving = builder.build({ ...input, signal: controller.signal });
    const staying = builder.build(input);

    controller.abort(new Error('suspended'));

    await expect(leaving).rejects.toThrow('suspended');
    await expect(staying).resolves.toMatchObject({ objects: [{ metadata: { name: 'x-a' } }] });
  });

  it('has a digest that knows the objects and not their order', async () => {
    const files = { 'a.yaml': configMap('a'), 'b.yaml': configMap('b') };
    const turned = { 'a.yaml': configMap('b'), 'b.yaml': configMap('a') };
    const changed = { 'a.yaml': configMap('a'), 'b.yaml': configMap('b', '  x: y\n') };

    const digests = await Promise.all(
      [files, turned, changed].map(async (set) => (await bench.build(set)).digest),
    );

    expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('leaves nothing in the scratch directory but its copy of kustomize', async () => {
    await bench.build(FILES);

    expect((await readdir(bench.scratchDir)).filter((name) => !name.startsWith('kustomize-'))).toEqual([]);
  });

  it('names an artifact that is gone, to be tried again', async () => {
    const builder = createBuilder(bench);
    const input = { ...(await anInput({})), root: '/nowhere' };

    await expect(builder.build(input)).rejects.toMatchObject({ type: 'ArtifactFailed', nonRetryable: false });
  });
});

async function anInput(spec: object): Promise<BuildInput> {
  return { ...(await bench.artifact(FILES)), kustomization: aKustomization(spec) };
}

/** A builder with a kustomize that leaves a mark of each call. A script does not run in the jail, where no shell is. */
async function counted() {
  const marks = (await bench.artifact({})).root;
  const kustomize = join(marks, '..', `counting-${marks.split('-').at(-1)}`);
  await writeFile(
    kustomize,
    `#!/bin/sh\n/bin/mktemp ${marks}/call-XXXXXX >/dev/null\nexec ${bench.kustomize} "$@"\n`,
  );
  await chmod(kustomize, 0o755);
  const builder = createBuilder({ kustomize, scratchDir: bench.scratchDir, isJailed: false });
  return { builder, calls: async () => (await readdir(marks)).length, stop: () => rm(kustomize) };
}
