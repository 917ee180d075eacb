import type { Command } from 'commander';
import { NoKindError } from '../../activities/kube/errors.ts';
import { findCondition } from '../../api/conditions.ts';
import { examples, withSession } from './command.ts';
import { asReconciled, type Reconciled } from './reconciled.ts';
import type { Session } from './session.ts';

interface StatsOptions {
  readonly allNamespaces?: boolean;
}

const SOURCE = 'source.toolkit.fluxcd.io/v1';
const IMAGE = 'image.toolkit.fluxcd.io/v1';

/** `flux`'s list: others may reconcile what Pawl does not. */
const STATS_KINDS = [
  [SOURCE, 'GitRepository'],
  [SOURCE, 'OCIRepository'],
  [SOURCE, 'HelmRepository'],
  [SOURCE, 'HelmChart'],
  [SOURCE, 'Bucket'],
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
  ['notification.toolkit.fluxcd.io/v1beta3', 'Alert'],
  ['notification.toolkit.fluxcd.io/v1beta3', 'Provider'],
  ['notification.toolkit.fluxcd.io/v1', 'Receiver'],
  [IMAGE, 'ImageUpdateAutomation'],
  [IMAGE, 'ImagePolicy'],
  [IMAGE, 'ImageRepository'],
] as const;

/** `pawl stats` */
export function addStats(program: Command): void {
  const verb = program.command('stats').description('Count objects by their state');
  verb
    .option('-A, --all-namespaces', 'of all namespaces')
    .action(withSession<StatsOptions>((session, _args, options) => stats(session, options)));
  examples(verb, { 'stats -A': 'how much there is, and how much of it fails' });
}

async function stats(session: Session, { allNamespaces }: StatsOptions): Promise<void> {
  const namespace = allNamespaces ? undefined : session.flags.namespace;
  const rows = await Promise.all(
    STATS_KINDS.map(async ([apiVersion, kind]) => {
      const objects = await list(session, { apiVersion, kind, namespace });
      return statsRow(kind, objects);
    }),
  );
  session.out.table(['Reconcilers', 'Running', 'Failing', 'Suspended', 'Storage'], rows);
}

async function list(
  session: Session,
  query: { readonly apiVersion: string; readonly kind: string; readonly namespace: string | undefined },
): Promise<readonly Reconciled[]> {
  const kube = await session.kube();
  try {
    return (await kube.list(query)).items.map(asReconciled);
  } catch (error) {
    if (error instanceof NoKindError) return [];
    throw error;
  }
}

/** The row of a kind: objects that are not suspended, that are not ready, that are suspended, and the bytes of artifacts. */
export function statsRow(kind: string, objects: readonly Reconciled[]): readonly string[] {
  const suspended = objects.filter(({ spec }) => spec.suspend).length;
  const failing = objects.filter(
    ({ status }) => findCondition(status?.conditions, 'Ready')?.status === 'False',
  ).length;
  const bytes = objects.reduce((sum, { status }) => sum + (status?.artifact?.size ?? 0), 0);
  return [kind, ...[objects.length - suspended, failing, suspended].map(String), formatSize(bytes)];
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** `-` for nothing, else with one decimal: `1.2 KiB`. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '-';
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(UNITS.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}
