import { expect } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { Kind } from '../../api/object-ref.ts';
import { signalObject } from '../../client/objects.ts';
import { git } from '../../tools/git.ts';
import { requestReconcile, Trigger } from '../../workflows/messages.ts';
import { type CoreEvent, POLL } from './flux.ts';
import { type ImageHome, imageHome, markedDeployment } from './image-home.ts';
import type { StackAddresses } from './stack.ts';
import { temporalClient } from './temporal.ts';

/** Where an automation pushes: to the branch that it checks out, or to one of its own. */
export const MODES = ['checkout', 'own'] as const;
export type Mode = (typeof MODES)[number];

/** An automation by its name. */
export type Update = readonly [name: string, mode: Mode];

// A task that nobody beats for is given away after fifteen seconds.
const PATIENCE = { timeout: 60_000, interval: 100 };

/** Automations of one policy, each on branches of its own, with what must hold of them whatever dies. */
export class ImageDrill {
  readonly images: ImageHome;
  readonly #stack: StackAddresses;

  constructor(images: ImageHome, stack: StackAddresses) {
    this.images = images;
    this.#stack = stack;
  }

  /** Makes an automation that has one commit to make, and starts its run: the watch may be dead. */
  async automate(name: string, mode: Mode): Promise<void> {
    const { home, automation } = this.images;
    await git(home.git.tree.dir, 'push', '-q', 'origin', `main:refs/heads/${name}`);
    await home.source(name, { ref: { branch: name } });
    const commit = { author: { name: 'Pawl', email: 'pawl@example.org' } };
    const push = mode === 'own' && { push: { branch: this.pushBranch(name, mode) } };
    const sourceRef = { kind: Kind.GitRepository, name };
    await automation({ sourceRef, git: { commit, ...push } }, { name });
    await this.ask(Kind.ImageUpdateAutomation, name);
  }

  /** Asks for a run without the watch. */
  async ask(kind: Kind, name: string): Promise<void> {
    const request = { reason: Trigger.Request };
    const client = await temporalClient(this.#stack);
    const signal = { signal: requestReconcile, request, trigger: Trigger.Request };
    await signalObject(client, 'default', this.images.home.ref(kind, name), signal);
  }

  pushBranch(name: string, mode: Mode): string {
    return mode === 'own' ? `${name}-updates` : name;
  }

  /** There is one commit, the status names it, and events tell it, once or so often at most. */
  async expectOneCommit(name: string, mode: Mode, { tellings = 1 } = {}): Promise<void> {
    const { log } = this.images;
    const branch = this.pushBranch(name, mode);
    await expect.poll(() => this.#state(name), PATIENCE).toMatchObject({ ready: 'True', observed: '42' });
    const [head, ...below] = await log(branch, '%H');
    expect(below).toEqual(await log('main', '%H'));
    expect(await this.#state(name)).toMatchObject({ commit: head });
    await expect.poll(() => this.#pushed(name), POLL).not.toEqual([]);
    const events = await this.#pushed(name);
    expect(events.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(tellings);
    for (const { message } of events)
      expect(message).toContain(`'${head?.slice(0, 7)}' to branch '${branch}'`);
  }

  /** As {@link expectOneCommit}, and what is deployed from the branches has the tag. */
  async expectUpdated(
    updates: readonly Update[],
    options: { readonly tellings?: number } = {},
  ): Promise<void> {
    for (const [name, mode] of updates) await this.expectOneCommit(name, mode, options);
    await Promise.all(updates.map((update) => this.#expectDeployed(...update)));
  }

  async #expectDeployed(name: string, mode: Mode): Promise<void> {
    const { home, image } = this.images;
    const sourceRef = { kind: Kind.GitRepository, name: `${name}-out` };
    await home.source(sourceRef.name, { ref: { branch: this.pushBranch(name, mode) } });
    await home.kustomization(name, { path: './app', nameSuffix: `-${name}`, sourceRef });
    await expect.poll(() => this.#deployed(name), POLL).toBe(`${image}:42`);
  }

  async #state(name: string) {
    const { status, metadata } = await this.images.home.get(Kind.ImageUpdateAutomation, name);
    const ready = findCondition(status?.conditions, 'Ready');
    return {
      name,
      ready: status?.observedGeneration === metadata.generation ? ready?.status : 'Unknown',
      message: ready?.message,
      observed: status?.observedPolicies?.['podinfo']?.tag,
      commit: status?.lastPushCommit,
    };
  }

  async #pushed(name: string): Promise<readonly CoreEvent[]> {
    const events = await this.images.home.events(Kind.ImageUpdateAutomation, name);
    return events.filter(({ message }) => message.startsWith('pushed commit'));
  }

  async #deployed(name: string): Promise<unknown> {
    const found = await this.images.home.live('Deployment', `podinfo-${name}`, 'apps/v1');
    const spec = found?.['spec'] as { template: { spec: { containers: { image: string }[] } } } | undefined;
    return spec?.template.spec.containers[0]?.image;
  }
}

export interface ImageDrillOptions {
  /** What the registry has at first: 41 and 42 by default. */
  readonly tags?: readonly string[];
  /** Whether the policy is there at first: by default. */
  readonly isChosen?: boolean;
  /** Called after each push that came over HTTP, refused or not. */
  readonly onPush?: () => void;
}

/** A drill for the running test: the manifests have 41, and the policy chooses the newest. */
export async function imageDrill(
  stack: StackAddresses,
  { tags = ['41', '42'], isChosen = true, onPush }: ImageDrillOptions = {},
): Promise<ImageDrill> {
  const images = await imageHome({ stack, source: false, ...(onPush && { git: { onPush } }) });
  const { home, image, push, repository, policy } = images;
  await push(tags);
  const manifest = markedDeployment(`${image}:41`, home.namespace);
  await home.push({ 'app/podinfo.yaml': manifest });
  await repository();
  await home.ready(Kind.ImageRepository, 'podinfo');
  if (isChosen) {
    await policy();
    await home.ready(Kind.ImagePolicy, 'podinfo', tags.at(-1));
  }
  return new ImageDrill(images, stack);
}
