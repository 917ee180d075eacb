import { setTimeout as sleep } from 'node:timers/promises';
import type { Condition } from '../../api/conditions.ts';
import type { WorkTree } from '../../tools/git-work-tree.ts';
import { type Cluster, KUSTOMIZATIONS } from './cluster.ts';
import type { Narrator } from './narrator.ts';
import type { Servers } from './servers.ts';
import { applyChange } from './steps/apply-change.ts';
import { failWithMessage } from './steps/fail-with-message.ts';
import { firstSync } from './steps/first-sync.ts';
import { commitImage, rollOutImage } from './steps/image.ts';
import { mendRelease } from './steps/mend-release.ts';
import { pruneRemoved } from './steps/prune-removed.ts';
import { replaceStuck } from './steps/replace-stuck.ts';
import { revertDrift } from './steps/revert-drift.ts';
import { rollBackRelease } from './steps/roll-back-release.ts';
import { suspendAndResume } from './steps/suspend-and-resume.ts';
import { upgradeRelease } from './steps/upgrade-release.ts';

/** One part of the story: it does something for real, and checks what comes of it. */
export interface Step {
  readonly title: string;
  readonly why: string;
  tell(scene: Scene): Promise<void>;
}

/** What a step works with. */
export interface Scene {
  readonly cluster: Cluster;
  /** Does something and says so; what is seen next is timed from its end. */
  act<T>(text: string, work: () => Promise<T>): Promise<T>;
  /** Waits until the check answers, and tells how long that took. Throws when it does not within the time (60 s). */
  see<T>(text: string | ((found: T) => string), check: Check<T>, timeoutMs?: number): Promise<T>;
  /** Tells it if it holds all the while; throws as soon as it does not. */
  seeAllAlong(text: string, check: () => Promise<boolean>, forMs: number): Promise<void>;
  push: WorkTree['push'];
  diff: WorkTree['diff'];
  merge: WorkTree['merge'];
  /** Pushes an image under a tag, and answers how manifests name it. */
  pushImage(name: string, tag: string): Promise<string>;
  /** Shows lines that something printed. */
  show(text: string): void;
  /** The command line; throws what it says when it fails. */
  pawl(...args: readonly string[]): Promise<void>;
  /** What the plain `helm history` says of a release of the namespace apps, oldest first. */
  history(release: string): Promise<readonly Revision[]>;
}

/** A line of `helm history`. */
export interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
}

export type Check<T> = () => Promise<T | undefined | false>;

const STEPS: readonly Step[] = [
  firstSync,
  applyChange,
  revertDrift,
  suspendAndResume,
  failWithMessage,
  replaceStuck,
  pruneRemoved,
  upgradeRelease,
  rollBackRelease,
  mendRelease,
  commitImage,
  rollOutImage,
];
const POLL_MS = 50;
const TIMEOUT_MS = 60_000;

/** Tells the whole story; false when a step did not do what it says. */
export async function tellStory(scene: Scene, narrator: Narrator): Promise<boolean> {
  for (const [index, step] of STEPS.entries()) {
    narrator.heading(`${index + 1}/${STEPS.length} ${step.title}`);
    narrator.say(step.why);
    try {
      await step.tell(scene);
    } catch (error) {
      narrator.failed(error instanceof Error ? error.message : String(error));
      await tellStates(scene.cluster, narrator);
      return false;
    }
  }
  return true;
}

async function tellStates(cluster: Cluster, narrator: Narrator): Promise<void> {
  const tell = (name: string, ready: Condition | undefined) =>
    narrator.say(
      `${name}: Ready=${ready?.status ?? 'unknown'} ${ready?.reason ?? ''}: ${ready?.message ?? ''}`,
    );
  for (const name of KUSTOMIZATIONS) tell(name, await cluster.ready(name));
  tell('recipes', await cluster.release('recipes', 'Ready'));
}

/** The scene on running servers. */
export function setScene(servers: Servers, tree: WorkTree, cluster: Cluster, narrator: Narrator): Scene {
  let actedAt = Date.now();
  return {
    cluster,
    push: (message, files, options) => tree.push(message, files, options),
    diff: (branch) => tree.diff(branch),
    merge: (branch) => tree.merge(branch),
    pushImage: (name, tag) => servers.images.push(name, tag),
    show: (text) => text.split('\n').forEach((line) => narrator.say(`  ${line}`)),
    async act(text, work) {
      narrator.did(text);
      const result = await work();
      actedAt = Date.now();
      return result;
    },
    async see(text, check, timeoutMs = TIMEOUT_MS) {
      const found = await until(check, timeoutMs);
      if (found === undefined) {
        const what = typeof text === 'string' ? text : 'what was expected';
        throw new Error(`not seen within ${timeoutMs / 1000} s: ${what}`);
      }
      narrator.saw(typeof text === 'string' ? text : text(found), Date.now() - actedAt);
      return found;
    },
    async seeAllAlong(text, check, forMs) {
      const broke = await until(async () => !(await check()), forMs);
      if (broke) throw new Error(`no longer so: ${text}`);
      narrator.saw(text, forMs);
    },
    history: async (release) =>
      JSON.parse(
        await servers.helm(['history', release, '--namespace', 'apps', '--output', 'json']),
      ) as Revision[],
    async pawl(...args) {
      const { code, stdout, stderr } = await servers.pawl(args);
      if (code !== 0) throw new Error(`pawl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    },
  };
}

async function until<T>(check: Check<T>, timeoutMs: number): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    await sleep(POLL_MS);
  }
  return undefined;
}
