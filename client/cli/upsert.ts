import { isDeepStrictEqual } from 'node:util';
import { targetOf } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { KindInfo } from './kind-info.ts';
import { specProgress } from './readiness.ts';
import type { Reconciled } from './reconciled.ts';
import type { Session } from './session.ts';
import { waitFor } from './wait.ts';

/**
 * Creates an object, or gives the one that exists its labels and the field `content` (spec, data); says which, or that
 * it was like this already.
 */
export async function upsert(
  session: Session,
  manifest: KubeObject,
  content: 'spec' | 'stringData',
): Promise<'created' | 'updated' | 'unchanged'> {
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
  return isSame(existing, manifest, content) ? 'unchanged' : 'updated';
}

function isSame(existing: KubeObject, manifest: KubeObject, content: string): boolean {
  const compared = ({ metadata, [content]: fields }: KubeObject) => [metadata.labels ?? {}, fields];
  return isDeepStrictEqual(compared(existing), compared(manifest));
}

/** What progress calls an object, and where another word is usual, what was created. */
export interface Wording {
  readonly label: string;
  readonly short?: string;
  /** Of some kinds `flux` says nothing when the object was like this already. */
  readonly isQuietWhenSame?: boolean;
}

/** Upserts an object and waits until its status speaks of the new generation. */
export async function upsertAndWait(
  session: Session,
  info: KindInfo,
  manifest: KubeObject,
  { label, short = label, isQuietWhenSame = false }: Wording,
): Promise<Reconciled> {
  const { out, flags } = session;
  out.action(`applying ${label}`);
  const done = await upsert(session, manifest, 'spec');
  if (done === 'created') out.success(`${short} created`);
  else if (done === 'updated' || !isQuietWhenSame) out.success(`${short} updated`);
  out.waiting(`waiting for ${label} reconciliation`);
  const at = { name: manifest.metadata.name, namespace: flags.namespace };
  return waitFor(session, info, at, (object) => specProgress(info, object));
}
