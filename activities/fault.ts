/**
 * Where a worker can be made to die, to prove that nothing is lost: each lies behind an effect on the world outside
 * and before the next one. In brackets the kill point of the hardening list.
 */
const POINTS = [
  /** The remote has said where the ref points. */
  'git.resolved',
  /** The mirror has the commit. */
  'git.mirrored',
  /** The archive is in the store, the status does not name it yet. */
  'git.stored',
  /** The next request is the status patch of a GitRepository. */
  'git.status',
  /** A packaged chart is in the store, the status does not name it yet. */
  'chart.stored',
  /** The next request is the status patch of a HelmChart. */
  'chart.status',
  /** A helm action is announced in the status, and helm not started. */
  'helm.announced',
  /** Helm has written the record of a release that is pending, and no object yet. */
  'helm.pending',
  /** Helm has written or deleted a record, whatever it says; count them by `:n`. */
  'helm.recorded',
  /** Helm has created, changed or deleted an object, and was not told; count them by `:n`. */
  'helm.object',
  /** Helm is gone, and the status does not tell what it did. */
  'helm.ended',
  /** The status tells what helm did, and Temporal does not know it. */
  'helm.acted',
  /** A release that was left pending is marked as failed, and the status does not tell. */
  'helm.unlocked',
  /** The next request is the final status patch of a HelmRelease. */
  'helm.status',
  /** The tags of an image are stored, the status does not name them yet. */
  'image.scanned',
  /** The next request is the status patch of an ImagePolicy that chose another tag. */
  'image.chosen',
  /** The policies of an automation are read, and nothing is asked of the remote. */
  'image.policies',
  /** The blobs of the new tree are written. */
  'image.edited',
  /** The commit is made, and only this machine has it. */
  'image.committed',
  /** The remote has the commit, and nobody was told. */
  'image.pushed',
  /** The next request is the status patch of an ImageUpdateAutomation. */
  'image.status',
  /** An event is in the outbox, and the status does not tell what it tells. */
  'event.recorded',
  /** A service took a message, and Temporal does not know it. */
  'event.delivered',
  /** K1: the artifact is on this machine. */
  'fetched',
  /** K2: the objects are built. */
  'built',
  /** K3: the inventory names all that may come to be, and none of it has come. */
  'inventory.written',
  /** K4: an object was created or changed; count them by `:n`. */
  'object.applied',
  /** K5: all objects are applied. */
  'applied',
  /** K8: an object was deleted; count them by `:n`. */
  'object.deleted',
  /** K9: all that was to go is deleted, and the inventory still names it. */
  'pruned',
  /** K6: the next request is the final status patch. */
  'status',
  /** K7: the final status is written, and Temporal does not know it. */
  'status.written',
] as const;
export type FaultPoint = (typeof POINTS)[number];

interface Fault {
  readonly point: string;
  left: number;
}

/**
 * Ends this process by SIGKILL where the environment asks for it: `PAWL_FAULT=<point>[:n]` at the n-th time the point
 * is passed, e.g. `PAWL_FAULT=object.applied:7 pawl worker`. For the tests and for drills of your own on a
 * cluster that may be lost; start the worker again without it, and everything converges. Unset, it does nothing.
 */
const fault = parse(process.env['PAWL_FAULT']);

export function faultPoint(point: FaultPoint): void {
  if (fault?.point !== point) return;
  fault.left -= 1;
  if (fault.left === 0) process.kill(process.pid, 'SIGKILL');
}

function parse(text: string | undefined): Fault | undefined {
  if (!text) return undefined;
  const [, point = '', count = '1'] = /^([a-z.]+)(?::([1-9]\d*))?$/.exec(text) ?? [];
  // A drill that never happens would prove what is not so.
  if (!POINTS.some((known) => known === point))
    throw new Error(`PAWL_FAULT=${text} is not <point>[:n]; the points are ${POINTS.join(', ')}`);
  return { point, left: Number(count) };
}
