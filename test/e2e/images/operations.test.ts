import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { Kind } from '../../../api/object-ref.ts';
import { WorkflowType } from '../../../workflows/messages.ts';
import { POLL } from '../../support/flux.ts';
import { pawlFor, type Stack, startStack } from '../../support/harness.ts';
import { startHttpFront } from '../../support/http-front.ts';
import { type ImageHome, imageHome } from '../../support/image-home.ts';
import { idOf, QUEUE, scheduleOf, temporalClient } from '../../support/temporal.ts';

const KINDS = [Kind.ImageRepository, Kind.ImagePolicy, Kind.ImageUpdateAutomation] as const;
const NAMES = {
  ImageRepository: 'podinfo',
  ImagePolicy: 'podinfo',
  ImageUpdateAutomation: 'commits',
} as const;
const NOUNS = {
  ImageRepository: 'repository',
  ImagePolicy: 'policy',
  ImageUpdateAutomation: 'update',
} as const;

/** A tag chosen and committed. */
async function updated(image?: string): Promise<ImageHome> {
  const images = await imageHome();
  const { home, push, repository, policy, automation } = images;
  await push(['1', '2']);
  const marker = `{"$imagepolicy": "${home.namespace}:podinfo"}`;
  await home.push({ 'one.yaml': `image: ${images.image}:1 # ${marker}\n` });
  await repository(image === undefined ? {} : { image });
  await policy();
  await automation();
  await home.ready(Kind.ImagePolicy, 'podinfo', '2');
  const pushed = async () => (await home.get(Kind.ImageUpdateAutomation, 'commits')).status?.lastPushCommit;
  await expect.poll(pushed, POLL).toBeDefined();
  return images;
}

/** How somebody suspends, resumes and asks. */
const WAYS = {
  fields: ({ home }: ImageHome) => ({
    suspend: (kind: Kind, name: string) => home.update(kind, name, { suspend: true }),
    resume: (kind: Kind, name: string) => home.update(kind, name, { suspend: null }),
    ask: async (kind: Kind, name: string) => void (await home.reconcile(kind, name)),
  }),
  signals: ({ home }: ImageHome) => {
    const signal = (name: string) => async (kind: Kind, object: string) => {
      const client = await temporalClient();
      const ref = home.ref(kind, object);
      await client.workflow.signalWithStart(WorkflowType[kind], {
        workflowId: idOf(ref),
        taskQueue: QUEUE,
        args: [{ ref }],
        signal: name,
        signalArgs: [{ by: 'ada' }],
      });
    };
    return { suspend: signal('suspend'), resume: signal('resume'), ask: signal('requestReconcile') };
  },
  commands: ({ home }: ImageHome) => {
    const run = (verb: string) => async (kind: Kind, name: string) => {
      const noun = NOUNS[kind as keyof typeof NOUNS];
      const { code, stderr } = await pawlFor(home.stack)([verb, 'image', noun, name, '-n', home.namespace]);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
    };
    return { suspend: run('suspend'), resume: run('resume'), ask: run('reconcile') };
  },
} as const;

describe('somebody who operates', () => {
  test.each(Object.keys(WAYS) as (keyof typeof WAYS)[])(
    'by %s suspends each step, resumes it, and asks for it',
    async (way) => {
      const images = await updated();
      const { home, push, log } = images;
      const { suspend, resume, ask } = WAYS[way](images);
      const client = await temporalClient();
      for (const kind of KINDS) await suspend(kind, NAMES[kind]);
      // A policy without digests waits for scans, and has no interval.
      for (const kind of [Kind.ImageRepository, Kind.ImageUpdateAutomation] as const) {
        const read = async () => (await scheduleOf(client, home.ref(kind, NAMES[kind])))?.state.paused;
        await expect.poll(read, POLL).toBe(true);
      }
      const suspended = () =>
        Promise.all(KINDS.map(async (kind) => (await home.get(kind, NAMES[kind])).spec.suspend));
      await expect.poll(suspended, POLL).toEqual([true, true, true]);
      await push(['3']);
      await home.reconcile(Kind.ImageRepository, 'podinfo');
      const { status } = await home.get(Kind.ImageRepository, 'podinfo');
      expect(status?.lastScanResult?.tagCount).toBe(2);

      for (const kind of KINDS) await resume(kind, NAMES[kind]);
      await expect.poll(suspended, POLL).toEqual([undefined, undefined, undefined]);
      await ask(Kind.ImageRepository, 'podinfo');
      await home.ready(Kind.ImagePolicy, 'podinfo', '3');
      const tag = async () =>
        (await home.get(Kind.ImageUpdateAutomation, 'commits')).status?.observedPolicies?.['podinfo']?.tag;
      await expect.poll(tag, POLL).toBe('3');
      await ask(Kind.ImagePolicy, 'podinfo');
      await ask(Kind.ImageUpdateAutomation, 'commits');
      expect(await log('flux/image-updates')).toHaveLength(2);
    },
  );

  test('deletes all, and nothing is left of it but what was pushed', async () => {
    const { home, log } = await updated();
    const client = await temporalClient();

    for (const kind of KINDS) {
      expect((await home.get(kind, NAMES[kind])).metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
      await home.delete(kind, NAMES[kind]);
    }

    for (const kind of KINDS) {
      await expect.poll(() => home.find(kind, NAMES[kind]), POLL).toBeUndefined();
      await expect.poll(() => scheduleOf(client, home.ref(kind, NAMES[kind])), POLL).toBeUndefined();
    }
    expect(await log('flux/image-updates')).toHaveLength(2);
  });

  test('commits to a repository that another namespace has the access to', async () => {
    const { home, push, repository, policy, automation, image } = await imageHome();
    const other = await imageHome();
    await push(['1', '2']);
    const marker = `{"$imagepolicy": "${home.namespace}:podinfo"}`;
    await other.home.push({ 'one.yaml': `image: ${image}:1 # ${marker}\n` });
    await repository();
    await policy();
    const sourceRef = { kind: 'GitRepository', name: 'home', namespace: other.home.namespace };
    await automation({ sourceRef });

    await expect
      .poll(async () => other.show('flux/image-updates', 'one.yaml').catch(() => ''), POLL)
      .toContain(`${image}:2 #`);
  });
});

test('two automations with one push branch propose both, and again after the checkout moved', async () => {
  const { home, push, repository, policy, automation, image, log, show } = await imageHome();
  await push(['1', '2']);
  const line = (name: string) => `image: ${image}:1 # {"$imagepolicy": "${home.namespace}:${name}"}\n`;
  await home.push({ 'one.yaml': line('one'), 'two.yaml': line('two') });
  await repository();
  for (const name of ['one', 'two']) {
    await policy({}, name, { name });
    await automation({ policySelector: { matchLabels: { name } } }, { name });
  }
  const proposed = async () =>
    [await show('flux/image-updates', 'one.yaml'), await show('flux/image-updates', 'two.yaml')].join('\n');
  const both = `${line('one')}${line('two')}`.replaceAll(':1 ', ':2 ').trim();
  await expect.poll(() => proposed().catch(() => ''), POLL).toBe(both);

  await home.push({ 'three.yaml': 'a: b\n' });
  await home.reconcile(Kind.ImageUpdateAutomation, 'one');

  await expect.poll(() => show('flux/image-updates', 'three.yaml').catch(() => ''), POLL).toContain('a: b');
  await expect.poll(proposed, POLL).toBe(both);
  expect(await log('flux/image-updates')).toHaveLength(4);
});

describe('a worker that starts again', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ nodes: false, inMemory: true });
  });
  afterAll(() => stack.stop());

  test('asks no registry for what it knows, and commits nothing', async () => {
    const worker = await stack.startWorker();
    const { home, registry, push, repository, policy, automation, image, log } = await imageHome({ stack });
    await using front = await startHttpFront({ target: registry.url });
    await push(['1', '2']);
    await home.push({ 'one.yaml': `image: ${image}:1 # {"$imagepolicy": "${home.namespace}:podinfo"}\n` });
    const name = `${new URL(front.url).host}/apps/podinfo`;
    await repository({ image: name });
    await policy();
    await automation();
    await expect.poll(() => log('flux/image-updates').catch(() => []), POLL).toHaveLength(2);
    await home.ready(Kind.ImageUpdateAutomation, 'commits');
    await worker.stop();
    const before = front.requests.length;

    await stack.startWorker({ args: ['--data-dir', `${stack.dir}/worker-0/data`] });
    // Something to do for each, that is not about tags.
    for (const kind of KINDS)
      await home.update(
        kind,
        NAMES[kind],
        kind === Kind.ImagePolicy ? { filterTags: { pattern: '.' } } : { interval: '2h' },
      );
    for (const kind of KINDS) await home.ready(kind, NAMES[kind]);

    expect(front.requests.length).toBe(before);
    expect(await log('flux/image-updates')).toHaveLength(2);
    const ready = findCondition((await home.get(Kind.ImagePolicy, 'podinfo')).status?.conditions, 'Ready');
    expect(ready?.message).toBe(`Latest image tag for ${name} resolved to 2`);
  });
});
