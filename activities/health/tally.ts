import type { KubeObject } from '../../api/kube-object.ts';
import type { HealthExprs } from './exprs.ts';
import { current, type Health, HealthStatus, inProgress } from './health.ts';
import { healthOf } from './kstatus.ts';
import { describeTarget, type HealthTarget } from './targets.ts';
import { isCurrentRevision, rolloutRevision, type Trouble } from './trouble.ts';

export interface ObjectHealth {
  /** `Kind/namespace/name`. */
  readonly object: string;
  readonly status: HealthStatus;
  /** Why, for a person. */
  readonly message: string;
}

/** How far the objects of a wait are. */
export interface HealthReport {
  readonly current: number;
  readonly total: number;
  /** Neither current nor failed. */
  readonly pending: readonly ObjectHealth[];
  readonly failed: readonly ObjectHealth[];
}

/** What is known of one object of a wait: its health, never the object itself. */
export interface Entry {
  readonly target: HealthTarget;
  readonly health: Health;
  /** Grows with each thing heard of it. */
  readonly heard: number;
  /** The last try to read it failed. */
  readonly isUnread: boolean;
}

/** Keeps the health of the objects of one wait, whatever order their news come in. */
export interface Tally {
  readonly entries: readonly Entry[];
  /** Takes an object as it was read or heard of; undefined when it is gone. News older than what is known are dropped. */
  accept(entry: Entry, object: KubeObject | undefined): void;
  /** The object cannot be read. */
  acceptError(entry: Entry, message: string): void;
  /** What is wrong with the pods of a workload; undefined when nothing is. */
  acceptTrouble(entry: Entry, trouble: Trouble | undefined): void;
  report(): HealthReport;
}

interface Held extends Entry {
  health: Health;
  heard: number;
  isUnread: boolean;
  /** The health by its own status, without its pods. */
  own: Health;
  version: string;
  revision: string;
  trouble: Trouble | undefined;
}

/** Starts with everything unknown; `onChange` is told when the health of an object changes. */
export function createTally(
  targets: readonly HealthTarget[],
  exprs: HealthExprs,
  onChange: () => void = () => undefined,
): Tally {
  const unread: Health = { status: HealthStatus.Unknown, message: 'not read yet' };
  const held = new Map<Entry, Held>();
  for (const target of targets) {
    const entry: Held = {
      target,
      health: unread,
      own: unread,
      heard: 0,
      isUnread: false,
      version: '',
      revision: '',
      trouble: undefined,
    };
    held.set(entry, entry);
  }

  function update(entry: Entry, change: (entry: Held) => void): void {
    const known = held.get(entry);
    if (!known) return;
    const before = known.health;
    change(known);
    known.health = withTrouble(known);
    if (known.health.status !== before.status || known.health.message !== before.message) onChange();
  }

  return {
    entries: [...held.values()],
    accept: (entry, object) =>
      update(entry, (known) => {
        known.heard += 1;
        known.isUnread = false;
        if (object === undefined) {
          known.own = absent(known.target);
          return;
        }
        const version = object.metadata.resourceVersion ?? '';
        if (isOlder(version, known.version)) return;
        known.version = version;
        known.revision = rolloutRevision(object);
        known.own = exprs.healthOf(object) ?? healthOf(object);
      }),
    acceptError: (entry, message) =>
      update(entry, (known) => {
        known.isUnread = true;
        known.own = { status: HealthStatus.Unknown, message };
      }),
    acceptTrouble: (entry, trouble) =>
      update(entry, (known) => {
        known.trouble = trouble;
      }),
    report: () => reportOf([...held.values()]),
  };
}

function absent(target: HealthTarget): Health {
  return target.vanishesWhenDone
    ? current('done, and deleted after its time to live')
    : { status: HealthStatus.NotFound, message: 'does not exist' };
}

/** A workload that waits for pods fails with those of its newest revision, as in Flux; pods of older ones only explain. */
function withTrouble({ own, trouble, revision }: Held): Health {
  if (own.status !== HealthStatus.InProgress || !trouble) return own;
  const message = `${own.message}: ${trouble.message}`;
  const fails = trouble.isFailed && isCurrentRevision(trouble, revision);
  return fails ? { status: HealthStatus.Failed, message } : inProgress(message);
}

/** Resource versions of built-in and custom resources are growing numbers; of others nothing is assumed. */
function isOlder(version: string, than: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

function reportOf(entries: readonly Entry[]): HealthReport {
  const pending: ObjectHealth[] = [];
  const failed: ObjectHealth[] = [];
  for (const { target, health } of entries) {
    if (health.status === HealthStatus.Current) continue;
    const list = health.status === HealthStatus.Failed ? failed : pending;
    list.push({ object: describeTarget(target), ...health });
  }
  const total = entries.length;
  return { current: total - pending.length - failed.length, total, pending, failed };
}
