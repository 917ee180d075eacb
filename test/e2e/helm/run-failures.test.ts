import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Fence } from '../../../activities/fence.ts';
import { StaleAttemptError } from '../../../activities/fence.ts';
import { createKubeClient, type KubeClient } from '../../../activities/kube/client.ts';
import { loadKubeAccess } from '../../../activities/kube/config.ts';
import { ensureTool } from '../../../tools/build.ts';
import { type ApiFront, apiFront } from '../../support/api-front.ts';
import { packageChart } from '../../support/charts.ts';
import { sharedStack } from '../../support/harness.ts';
import { helmGround, OPEN_FENCE, rendering } from '../../support/helm-runner.ts';

function clientOf(front: ApiFront) {
  const kube = createKubeClient(loadKubeAccess({ kubeconfig: front.kubeconfig }));
  onTestFinished(() => kube.close());
  return kube;
}

test.for([
  ['install', 'v1 pending-install', ['v1 failed'], [1]],
  ['upgrade', 'v2 pending-upgrade', ['v1 deployed', 'v2 failed'], [2]],
] as const)(
  'an %s that is stopped while it waits is noted as failed',
  async ([kind, pending, after, written]) => {
    const ground = await helmGround();
    const ready = rendering(await packageChart('never-ready'), { fits: true });
    const stuck = rendering(await packageChart('never-ready'));
    if (kind === 'upgrade') await ground.run(ground.act({ kind: 'install', ...ready }));
    const stop = new AbortController();

    const running = ground.run(ground.act({ kind, ...stuck, lastApplied: 'ssa' } as never), stop.signal);
    await expect.poll(() => ground.live('apps/v1', 'Deployment'), { timeout: 20_000 }).toBeDefined();
    await expect.poll(async () => (await ground.records()).at(-1), { timeout: 20_000 }).toBe(pending);
    stop.abort(new Error('a newer revision'));
    const result = await running;

    expect(result).toMatchObject({ cancelled: true, written });
    expect(result.error).toBeUndefined();
    expect(await ground.records()).toEqual(after);
  },
);

test('an uninstall that is stopped comes to its end all the same', async () => {
  const ground = await helmGround();
  const stop = new AbortController();
  const kube: KubeClient = {
    ...ground.kube,
    forward: (request) => {
      // From here on the record says `uninstalling`.
      if (request.method === 'PUT') stop.abort(new Error('a newer revision'));
      return ground.kube.forward(request);
    },
  };
  await ground.run(ground.act({ kind: 'install', ...rendering(await packageChart('bench')) }));

  const result = await ground.run(ground.act({ kind: 'uninstall' }, {}, kube), stop.signal);

  expect(result).toMatchObject({ cancelled: true });
  expect(await ground.records()).toEqual([]);
});

test('what a killed worker has left behind is removed before anything else is done', async () => {
  const ground = await helmGround();
  const left = join(ground.scratch, 'helm-left');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'values.json'), '{"password":"hunter2"}');

  await ground.run(ground.act({ kind: 'test' }));

  expect(await readdir(ground.scratch)).toEqual([]);
});

test('a Deployment that does not get ready fails the act after its timeout', async () => {
  const ground = await helmGround();
  const act = ground.act({ kind: 'install', ...rendering(await packageChart('never-ready')) });

  const result = await ground.run({ ...act, timeoutMs: 2_000 });

  expect(result.error).toMatch(/Deployment\/\S+\/app not ready/);
  expect(result.error).not.toMatch(/INSTALLATION FAILED|Error:/);
  expect(result).toMatchObject({ written: [1] });
  expect(result.infrastructure).toBeUndefined();
  expect(result.log.at(-1)).toMatch(/^\d{4}-\S+Z: /);
  expect(await ground.records()).toEqual(['v1 failed']);
});

test('a post-renderer that fails ends the act with its own words', async () => {
  const ground = await helmGround();
  const postRender = () => Promise.reject(new Error('spec.postRenderers[0]: no such object'));
  const chart = await packageChart('bench');

  const result = await ground.run(ground.act({ kind: 'install', ...rendering(chart, {}, postRender) }));

  expect(result).toMatchObject({ error: 'spec.postRenderers[0]: no such object', written: [] });
  expect(await ground.records()).toEqual([]);
});

test('acts for one release run one after the other', async () => {
  const ground = await helmGround();
  const chart = await packageChart('bench');
  const held = Promise.withResolvers<void>();
  const postRender = async (stream: string) => {
    await held.promise;
    return stream;
  };
  const upgrade = { kind: 'upgrade', ...rendering(chart, { text: 'two' }), lastApplied: 'ssa' } as const;

  const first = ground.run(ground.act({ kind: 'install', ...rendering(chart, {}, postRender) }));
  // Without its turn it would fail: there is nothing to upgrade yet.
  const second = ground.run(ground.act(upgrade));
  const impatient = new AbortController();
  const third = ground.run(ground.act(upgrade), impatient.signal);
  impatient.abort(new Error('superseded'));
  expect(await third).toEqual({ cancelled: true, log: [], written: [] });
  held.resolve();

  expect((await first).error).toBeUndefined();
  expect((await second).error).toBeUndefined();
  expect(await ground.records()).toEqual(['v1 superseded', 'v2 deployed']);
});

test('nothing is written once the attempt is void, and the act says why', async () => {
  let isVoid = false;
  const fence: Fence = {
    ...OPEN_FENCE,
    assertMayWrite: () => {
      if (isVoid) throw new StaleAttemptError();
    },
  };
  const ground = await helmGround({ fence });
  const postRender = async (stream: string) => {
    isVoid = true;
    return stream;
  };
  const chart = await packageChart('bench');

  const running = ground.run(ground.act({ kind: 'install', ...rendering(chart, {}, postRender) }));

  await expect(running).rejects.toThrow(StaleAttemptError);
  expect(await ground.records()).toEqual([]);
  expect(await ground.live('v1', 'ConfigMap')).toBeUndefined();
});

test('an API server that cannot answer is no fault of the release', async () => {
  const front = await apiFront(sharedStack());
  const ground = await helmGround({ kube: clientOf(front) });
  const chart = await packageChart('bench');
  const install = () => ground.run(ground.act({ kind: 'install', ...rendering(chart) }));

  front.setFault(({ path }) => (path.includes('/configmaps') ? { status: 503 } : undefined));
  const busy = await install();
  front.setFault(() => 'drop');
  const away = await install();

  expect(busy).toMatchObject({ infrastructure: true, error: expect.stringContaining('unable to handle') });
  expect(away).toMatchObject({
    infrastructure: true,
    error: expect.stringContaining('cannot be reached'),
    written: [],
  });
});

test('helm waits as a busy API server asks it to', async () => {
  const front = await apiFront(sharedStack());
  const ground = await helmGround({ kube: clientOf(front) });
  const refused: string[] = [];
  front.setFault(({ method, path }) => {
    if (method !== 'PATCH' || refused.length > 0) return undefined;
    refused.push(path);
    return { status: 429, retryAfter: 1 };
  });

  const result = await ground.run(ground.act({ kind: 'install', ...rendering(await packageChart('bench')) }));

  expect(refused).toHaveLength(1);
  expect(result).toMatchObject({ written: [1] });
  expect(result.error).toBeUndefined();
});

test('helm dies with its worker', async () => {
  const ground = await helmGround();
  const helm = await ensureTool('helm');
  const chart = await packageChart('never-ready');
  const root = join(import.meta.dirname, '../../..');
  const options = { helm, chart, scratchDir: ground.scratch, kubeconfig: sharedStack().kubeconfig };
  const { namespace } = ground;
  const script = `
    import { createHelmRunner } from '${root}/activities/helm/run/runner.ts';
    import { createKubeClient } from '${root}/activities/kube/client.ts';
    import { loadKubeAccess } from '${root}/activities/kube/config.ts';
    const { helm, chart, scratchDir, kubeconfig } = ${JSON.stringify(options)};
    const fence = { run: (attempt) => attempt(), assertMayWrite() {}, close() {} };
    const kube = createKubeClient(loadKubeAccess({ kubeconfig }));
    await createHelmRunner({ helm, scratchDir, fence }).run({
      kind: 'install', object: { spec: {} }, kube, storageNamespace: '${namespace}',
      releaseNamespace: '${namespace}', releaseName: 'app', timeoutMs: 60_000,
      chart, values: '{}', postRender: async (stream) => stream,
    }, { signal: new AbortController().signal, heartbeat() {} });`;
  const worker = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  onTestFinished(() => void worker.kill('SIGKILL'));
  await expect.poll(() => ground.live('apps/v1', 'Deployment'), { timeout: 30_000 }).toBeDefined();
  const [child = 0] = childrenOf(worker.pid ?? 0).filter((pid) => programOf(pid) === helm);
  expect(child).toBeGreaterThan(0);
  onTestFinished(() => {
    if (programOf(child) === helm) process.kill(child, 'SIGKILL');
  });

  // Frozen it cannot end of its broken pipes.
  process.kill(child, 'SIGSTOP');
  worker.kill('SIGKILL');

  await expect.poll(() => programOf(child)).toBeUndefined();
});

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function programOf(pid: number): string | undefined {
  return existsSync(`/proc/${pid}/exe`) ? readlinkSync(`/proc/${pid}/exe`) : undefined;
}

test('templates that compute for ever are ended', async () => {
  const ground = await helmGround({ cpuSeconds: 2 });
  const template = '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}';
  const chart = await packageChart('bench', { files: { 'templates/endless.yaml': template } });

  const result = await ground.run(ground.act({ kind: 'install', ...rendering(chart) }));

  expect(result).toMatchObject({
    error: 'helm was ended by SIGKILL; its templates may need more memory or time than helm is given',
    written: [],
  });
  expect(result.infrastructure).toBeUndefined();
});

test('a template may fail with a text of any length', async () => {
  const ground = await helmGround();
  const template = '{{ fail (repeat 50000000 "x") }}';
  const chart = await packageChart('bench', { files: { 'templates/long.yaml': template } });

  const { error = '' } = await ground.run(ground.act({ kind: 'install', ...rendering(chart) }));

  expect(error).toMatch(/^execution error at \(bench\/templates\/long\.yaml:1:3\): x{100}/);
  expect(error.length).toBeLessThan(3_000);
});

test.for(['http://169.254.169.254/latest/user-data', 'https://metadata.google.internal/computeMetadata/v1'])(
  'the schema of a chart does not reach %s',
  async (address) => {
    const ground = await helmGround();
    const files = { 'values.schema.json': JSON.stringify({ $ref: address }) };
    const chart = await packageChart('bench', { files });

    const { error } = await ground.run(ground.act({ kind: 'install', ...rendering(chart) }));

    expect(error).toMatch(/failing loading .*Forbidden/);
    expect(error).not.toMatch(/dial tcp|lookup/);
  },
);
