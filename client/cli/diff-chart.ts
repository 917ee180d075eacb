import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KINDS } from './kinds.ts';
import type { Reconciled } from './reconciled.ts';
import { getObject, type Session } from './session.ts';
import { sourceToReconcile } from './source-to-reconcile.ts';

/** A chart on this machine. */
export interface LocalChart {
  /** An archive or a directory. */
  readonly path: string;
  /** For people. */
  readonly label: string;
}

/** The chart that a HelmRelease would be released with now, written into `folder`; or the one at `path`. */
export async function chartToRelease(
  session: Session,
  release: Reconciled,
  { path, folder }: { readonly path: string | undefined; readonly folder: string },
): Promise<LocalChart> {
  if (path) return { path: resolve(path), label: path };
  const place = sourceToReconcile(KINDS.HelmRelease, release, release.metadata.namespace ?? '');
  if (!place) throw new Error('HelmRelease names no chart');
  const chart = await getObject(session, place.info, place.name, place.namespace);
  const { artifact } = chart.status ?? {};
  const named = `${place.info.kind} ${place.namespace}/${place.name}`;
  if (!artifact) throw new Error(`${named} has no artifact yet`);
  const { downloadArtifact } = await import('../../activities/fetch/artifact-download.ts');
  const bytes = await downloadArtifact(artifact.url, session.deadline).catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    const why = said.replace(/; it is tried again$/, '');
    throw new Error(`${why}; give the chart by --chart where its server cannot be reached`, { cause: error });
  });
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (digest !== artifact.digest)
    throw new Error(`the artifact of ${named} has another digest than its status says`);
  const file = join(folder, 'chart.tgz');
  await writeFile(file, bytes, { mode: 0o600 });
  return { path: file, label: `${named} at ${artifact.revision}` };
}
