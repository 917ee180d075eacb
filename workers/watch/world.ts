import type { KubeObject } from '../../api/kube-object.ts';
import { Kind } from '../../api/object-ref.ts';
import { Trigger } from '../../workflows/messages.ts';
import {
  type Asked,
  becameReady,
  beganToFail,
  behind,
  hasFailed,
  isRemade,
  type Level,
  type Need,
  needsLook,
  readsSpecOfSource,
  sourceKey,
  waitsForDependency,
  waitsForSource,
} from './behind.ts';
import { createChoices } from './choices.ts';
import { createReferences, inDependencyOrder } from './references.ts';
import { isReady, keyOf, type Summary, summarise } from './summary.ts';

/** What the watch does about what it sees. */
export interface Reactions {
  request(object: Summary, request: { readonly trigger: Trigger; readonly requestedAt?: string }): void;
  /** The object may have lost its run or its appointment. */
  look(object: Summary): void;
  /** Somebody signals the object's run; should that not come, the object has to be looked at. */
  expect(object: Summary): void;
  /** The schedule may differ from the object. */
  schedule(object: Summary): void;
  gone(object: Summary): void;
}

/** All objects that the watch knows, and who waits for whom. What it sees becomes reactions; it does nothing itself. */
export class World {
  readonly #reactions: Reactions;
  readonly #known = new Map<string, Summary>();
  readonly #asked = new Map<string, Asked>();
  readonly #bySource = createReferences();
  readonly #byDependency = createReferences();
  readonly #byConfig = createReferences();
  readonly #choices = createChoices();
  /**
   * Dependants of what became ready while they did not say that they wait: their run may have looked a moment
   * before, and tell of it a moment later.
   */
  readonly #maybeMissed = new Set<string>();
  /** Kinds that read configs and are not listed yet; until they are, what changes is kept. */
  readonly #unlistedReaders = new Set<string>([Kind.Kustomization, Kind.HelmRelease]);
  #early: string[] = [];

  constructor(reactions: Reactions) {
    this.#reactions = reactions;
  }

  get size(): number {
    return this.#known.size;
  }

  /** All objects of one kind, as they are now. */
  replace(kind: string, objects: readonly KubeObject[]): void {
    const summaries = objects.map(summarise);
    const present = new Set(summaries.map(({ ref }) => keyOf(ref)));
    for (const [id, { ref }] of this.#known) if (ref.kind === kind && !present.has(id)) this.#remove(id);
    for (const summary of summaries) this.#see(summary, true);
    if (kind === Kind.ImagePolicy) this.#completeChoices();
    this.#unlistedReaders.delete(kind);
    if (this.#unlistedReaders.size > 0) return;
    const early = this.#early;
    this.#early = [];
    for (const config of early) this.configChanged(config);
  }

  upsert(object: KubeObject): void {
    this.#see(summarise(object), false);
  }

  remove(object: KubeObject): void {
    this.#remove(keyOf(summarise(object).ref));
  }

  /** Whether the request that it had then is answered, overtaken or void. */
  isAnswered({ ref, requestedAt }: Summary): boolean {
    const now = this.#known.get(keyOf(ref));
    return now?.requestedAt !== requestedAt || now?.requestedAt === now?.handledRequest;
  }

  /** A ConfigMap or Secret that wakes its readers changed. */
  configChanged(config: string): void {
    if (this.#unlistedReaders.size > 0) return void this.#early.push(config);
    for (const reader of this.#objects(this.#byConfig.get(config))) {
      if (!reader.isSuspended) this.#reactions.request(reader, { trigger: Trigger.Config });
    }
  }

  #see(after: Summary, isListed: boolean): void {
    const id = keyOf(after.ref);
    const before = this.#known.get(id);
    const isSame = before?.uid === after.uid;
    if (!isSame) this.#asked.delete(id);
    this.#known.set(id, after);
    this.#bySource.set(id, after.source === undefined ? [] : [after.source]);
    this.#byDependency.set(id, after.dependsOn);
    this.#byConfig.set(id, after.configs);
    const hasChosen = this.#choices.set(after);

    const isAsked = this.#askIfBehind(after);
    if (isListed && !isAsked) this.#lookAfter(after);
    // The run that was just asked for knows nothing of when it is to be resumed.
    else if (isListed && after.suspendedUntil !== undefined) this.#reactions.look(after);
    this.#reactions.schedule(after);
    this.#wakeDependants(isSame ? before : undefined, after, id);
    this.#wakeIfMissed(after, id);
    if (hasChosen) this.#askFollowers(after.ref.namespace);
  }

  /** Automations that were listed before the policies could not be compared with them. */
  #completeChoices(): void {
    this.#choices.complete();
    for (const namespace of new Set([...this.#known.values()].map(({ ref }) => ref.namespace)))
      this.#askFollowers(namespace);
  }

  #askFollowers(namespace: string): void {
    for (const follower of this.#objects(this.#choices.followers(namespace))) this.#askIfBehind(follower);
  }

  /** Whoever builds from it or waits for it may be behind now. Who is asked for its artifact is not asked once more. */
  #wakeDependants(before: Summary | undefined, after: Summary, id: string): void {
    const dependants = this.#bySource.get(id);
    const asked = sourceKey(before) === sourceKey(after) ? NOBODY : this.#askDependants(before, after, id);
    const isNewlyReady = becameReady(before, after);
    if (isNewlyReady || beganToFail(before, after)) {
      const others = dependants.filter((dependant) => !asked.has(dependant));
      this.#wake(others, waitsForSource, Trigger.Source);
    }
    const specChanged = before !== undefined && before.generation !== after.generation;
    if (isNewlyReady || specChanged)
      this.#wake(this.#byDependency.get(id), waitsForDependency, Trigger.Dependency);
    this.#wakeBySpec(before, after, dependants);
  }

  /** Whoever is concerned by how its source is described, and not by its artifact alone. */
  #wakeBySpec(before: Summary | undefined, after: Summary, dependants: readonly string[]): void {
    const isSame = before?.generation === after.generation;
    // Nobody reconciles a registry: that it came or changed shows in nothing else.
    if (after.isStatic && !(before?.isStatic && isSame)) this.#wake(dependants, hasFailed, Trigger.Source);
    if (before === undefined || isSame) return;
    for (const dependant of this.#objects(dependants)) {
      if (readsSpecOfSource(dependant)) this.#reactions.request(dependant, { trigger: Trigger.Source });
    }
  }

  /** Asks those that are behind the artifact of their source now; returns who was asked. */
  #askDependants(before: Summary | undefined, after: Summary, id: string): ReadonlySet<string> {
    const asked = new Set<string>();
    const remade = isRemade(before, after);
    for (const dependant of inDependencyOrder(this.#bySource.get(id), this.#known)) {
      const isAsked = this.#askIfBehind(dependant);
      if (!isAsked && (!remade || dependant.isSuspended)) continue;
      if (!isAsked) this.#reactions.request(dependant, { trigger: Trigger.Source });
      asked.add(keyOf(dependant.ref));
    }
    return asked;
  }

  #wake(ids: readonly string[], waits: (object: Summary) => boolean, trigger: Trigger): void {
    for (const object of this.#objects(ids)) {
      if (waits(object)) this.#reactions.request(object, { trigger });
      else this.#maybeMissed.add(keyOf(object.ref));
    }
  }

  /** Once for each time that a dependency became ready: one that stays unmet must not turn in circles. */
  #wakeIfMissed(object: Summary, id: string): void {
    if (!this.#maybeMissed.has(id)) return;
    const waits = waitsForDependency(object) || waitsForSource(object);
    if (waits) this.#reactions.request(object, { trigger: Trigger.Dependency });
    const isDone = isReady(object) && isAtSource(object, this.#sourceOf(object));
    if (waits || isDone) this.#maybeMissed.delete(id);
  }

  #askIfBehind(object: Summary): boolean {
    const id = keyOf(object.ref);
    const need = behind(object, this.#levelOf(object), this.#asked.get(id) ?? {});
    if (need === undefined) return false;
    this.#asked.set(id, need.asked);
    if (need.isSignalled) this.#reactions.expect(object);
    else this.#request(object, need);
    return true;
  }

  /**
   * What was asked once may be lost: with Temporal's database, or with a run that somebody ended. So each list, unlike
   * an event, looks after all that are still behind; a look leaves a run that is open alone.
   */
  #lookAfter(object: Summary): void {
    const need = behind(object, this.#levelOf(object), {});
    // A check has no eye for what rests or goes.
    const isBlind = object.isSuspended || object.isDeleting;
    if (need !== undefined && isBlind) this.#request(object, need);
    if ((need !== undefined && !isBlind) || needsLook(object)) this.#reactions.look(object);
  }

  #request(object: Summary, { trigger, requestedAt }: Need): void {
    this.#reactions.request(object, requestedAt === undefined ? { trigger } : { trigger, requestedAt });
  }

  #levelOf(object: Summary): Level {
    return { source: this.#sourceOf(object), choices: this.#choices.of(object) };
  }

  #sourceOf({ source }: Summary): Summary | undefined {
    return source === undefined ? undefined : this.#known.get(source);
  }

  #objects(ids: readonly string[]): readonly Summary[] {
    return ids.flatMap((id) => this.#known.get(id) ?? []);
  }

  #remove(id: string): void {
    const object = this.#known.get(id);
    if (object === undefined) return;
    this.#known.delete(id);
    this.#asked.delete(id);
    this.#maybeMissed.delete(id);
    this.#choices.remove(object);
    for (const references of [this.#bySource, this.#byDependency, this.#byConfig]) references.set(id, []);
    this.#reactions.gone(object);
  }
}

const NOBODY: ReadonlySet<string> = new Set();

/** Whether it has come to where its source is, as far as its status tells. */
function isAtSource(
  { ref, appliedRevision, attemptedRevision }: Summary,
  source: Summary | undefined,
): boolean {
  const revision = ref.kind === Kind.Kustomization ? appliedRevision : attemptedRevision;
  return revision === source?.artifactRevision;
}
