import { targetOf } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { KindInfo } from './kind-info.ts';
import { specProgress } from './readiness.ts';
import type { Reconciled } from './reconciled.ts';
import type { Session } from './session.ts';
import { waitFor } from './wait.ts';

/** Creates an object, or gives the one that exists its labels and the field `content` (spec, data); says which. */
export async function upsert(
  session: Session,
  manifest: KubeObject,
  content: 'spec' | 'stringData',
): Promise<'created' | 'updated'> {
  const kube = await session.kube();
  const existing = await kube.get(targetOf(manifest));
  if (!existing) {
    await kube.create(manifest);
    return 'created';
  }
  const patch = [
    { op: 'add', path: '/metadata/labels', value: manifest.metadata.labels ?? {} },
    { op: 'add', path: `/${content}`, value: manifest[content] },
  ];
  await kube.patch(targetOf(manifest), patch, { type: 'json' });
  return 'updated';
}

/** What progress calls an object, and where another word is usual, what was created. */
export interface Wording {
  readonly label: string;
  readonly short?: string;
}

/** Upserts an object and waits until its status speaks of the new generation. */
export async function upsertAndWait(
  session: Session,
  info: KindInfo,
  manifest: KubeObject,
  { label, short = label }: Wording,
): Promise<Reconciled> {
  const { out, flags } = session;
  out.action(`applying ${label}`);
  out.success(`${short} ${await upsert(session, manifest, 'spec')}`);
  out.waiting(`waiting for ${label} reconciliation`);
  const at = { name: manifest.metadata.name, namespace: flags.namespace };
  return waitFor(session, info, at, (object) => specProgress(info, object));
}
