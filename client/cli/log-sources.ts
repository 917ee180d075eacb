import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../api/kube-object.ts';
import { withTransport } from './raw-request.ts';
import type { Session } from './session.ts';

export interface LogReading {
  readonly isFollowing: boolean;
  /** Only so many lines of what is there already. */
  readonly tail: number | undefined;
  readonly since: number | undefined;
}

type Show = (line: string) => void;

const LOOK_MS = 250;
const CHUNK = 64 * 1024;

/** The lines of a log file, and with `isFollowing` those that come, until the deadline. */
export async function fileLines(session: Session, path: string, how: LogReading, show: Show): Promise<void> {
  const file = await open(path);
  try {
    let { lines, rest, position } = await readOn(file, 0, '');
    for (const line of how.tail === undefined ? lines : lines.slice(-how.tail || lines.length)) show(line);
    while (how.isFollowing && !session.deadline.aborted) {
      await sleep(LOOK_MS);
      // A log that became shorter was begun anew.
      if ((await file.stat()).size < position) position = 0;
      ({ lines, rest, position } = await readOn(file, position, rest));
      lines.forEach(show);
    }
  } finally {
    await file.close();
  }
}

async function readOn(file: FileHandle, from: number, before: string) {
  const chunks: Buffer[] = [];
  let position = from;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  const lines = (before + Buffer.concat(chunks).toString('utf8')).split('\n');
  return { rest: lines.pop() ?? '', lines, position };
}

/** The lines of one pod of every Deployment that is part of Flux or Pawl. */
export async function podLines(
  session: Session,
  namespace: string,
  how: LogReading,
  show: Show,
): Promise<void> {
  const pods = await findPods(session, namespace);
  if (pods.length === 0) throw new Error(`no Flux pods found in namespace "${namespace}"`);
  await withTransport(session, async (transport) => {
    const read = async (pod: KubeObject) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/log?${query(pod, how)}`;
      for await (const line of transport.lines({ method: 'GET', path }, session.deadline)) show(line);
    };
    if (how.isFollowing) await Promise.all(pods.map(read));
    else for (const pod of pods) await read(pod);
  });
}

function query(pod: KubeObject, { isFollowing, tail, since }: LogReading): string {
  const search = new URLSearchParams();
  if (isFollowing) search.set('follow', 'true');
  if (tail !== undefined) search.set('tailLines', String(tail));
  if (since !== undefined) search.set('sinceTime', new Date(since).toISOString());
  const { containers = [] } = (pod['spec'] ?? {}) as { containers?: readonly unknown[] };
  if (containers.length > 1) search.set('container', 'manager');
  return search.toString();
}

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
  };
}

async function findPods(session: Session, namespace: string): Promise<readonly KubeObject[]> {
  const kube = await session.kube();
  const deployments = await kube.list({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    labelSelector: 'app.kubernetes.io/part-of=flux',
  });
  const pods = await Promise.all(
    (deployments.items as readonly Deployment[]).map(async ({ spec }) => {
      const labels = Object.entries(spec.template.metadata?.labels ?? {});
      const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
      const { items } = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
      return items.find(isRunning) ?? items[0];
    }),
  );
  return pods.filter((pod) => pod !== undefined);
}

function isRunning(pod: KubeObject): boolean {
  return (pod['status'] as { readonly phase?: string } | undefined)?.phase === 'Running';
}
