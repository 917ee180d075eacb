import { setTimeout as sleep } from 'node:timers/promises';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { Reason } from '../../api/reasons.ts';
import { transient } from '../failures.ts';
import { type KubeClient, targetOf } from '../kube/client.ts';
import { NoKindError } from '../kube/errors.ts';
import { isRecord } from './pointer.ts';
import { isCrd, isNamespace } from './stages.ts';

/** How long a definition may take until it is served, as in Flux. */
const ESTABLISHED_MS = 60_000;
const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 1_000;

/** The kinds that the CRDs among these objects define, as `<apiVersion>/<kind>`: true when they are namespaced. */
export function definedKinds(objects: readonly KubeObject[]): ReadonlyMap<string, boolean> {
  const kinds = new Map<string, boolean>();
  for (const object of objects) {
    const { spec } = object;
    if (!isCrd(object) || !isRecord(spec) || !isRecord(spec['names'])) continue;
    const versions = Array.isArray(spec['versions']) ? (spec['versions'] as unknown[]) : [];
    for (const version of versions) {
      if (!isRecord(version)) continue;
      const key = `${String(spec['group'])}/${String(version['name'])}/${String(spec['names']['kind'])}`;
      kinds.set(key, spec['scope'] === 'Namespaced');
    }
  }
  return kinds;
}

/**
 * Waits until applied CRDs are served and namespaces may be filled. Throws a transient ReconciliationFailed after
 * a minute, or at once when a namespace is on its way out.
 */
export async function awaitDefinitions(
  kube: KubeClient,
  applied: readonly KubeObject[],
  neededKinds: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + ESTABLISHED_MS;
  for (const object of applied) {
    if (isCrd(object)) await poll({ deadline, signal, object }, () => isServed(kube, object));
    if (isNamespace(object)) assertStays(object);
  }
  if (applied.some(isCrd)) kube.discovery.reset();
  for (const object of neededKinds) {
    // A kind that nobody in this build defines is not waited for: its own request will tell.
    if (!definedKinds(applied).has(`${object.apiVersion}/${object.kind}`)) continue;
    await poll({ deadline, signal, object }, () => isDiscovered(kube, object));
  }
}

interface Wait {
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly object: KubeObject;
}

async function poll({ deadline, signal, object }: Wait, isDone: () => Promise<boolean>): Promise<void> {
  for (let pause = FIRST_POLL_MS; !(await isDone()); pause = Math.min(pause * 2, LAST_POLL_MS)) {
    if (Date.now() > deadline) {
      const seconds = ESTABLISHED_MS / 1000;
      throw transient(
        Reason.ReconciliationFailed,
        `${describeObject(object)} is not served by the API server after ${seconds}s`,
      );
    }
    await sleep(pause, undefined, { signal });
  }
}

async function isServed(kube: KubeClient, applied: KubeObject): Promise<boolean> {
  if (isEstablished(applied)) return true;
  const live = await kube.get(targetOf(applied));
  return live !== undefined && isEstablished(live);
}

/** Whether a CRD says that its kind is served. */
function isEstablished({ status }: KubeObject): boolean {
  const conditions = isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.some(
    (condition: unknown) =>
      isRecord(condition) && condition['type'] === 'Established' && condition['status'] === 'True',
  );
}

async function isDiscovered(kube: KubeClient, { apiVersion, kind }: KubeObject): Promise<boolean> {
  try {
    await kube.discovery.resourceFor(apiVersion, kind);
    return true;
  } catch (error) {
    if (!(error instanceof NoKindError)) throw error;
    kube.discovery.reset();
    return false;
  }
}

function assertStays(namespace: KubeObject): void {
  if (namespace.metadata.deletionTimestamp === undefined) return;
  throw transient(
    Reason.ReconciliationFailed,
    `${describeObject(namespace)} is being terminated: nothing can be created in it until it is gone`,
  );
}
