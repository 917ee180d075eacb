import type { Command } from 'commander';
import { findCondition } from '../../api/conditions.ts';
import { Annotation } from '../../api/names.ts';
import { eachKind, withSession } from './command.ts';
import type { KindInfo } from './kind-info.ts';
import { ALL_KINDS, KINDS } from './kinds.ts';
import { requestProgress } from './readiness.ts';
import type { Reconciled } from './reconciled.ts';
import { getObject, type Session } from './session.ts';
import { sourceToReconcile } from './source-to-reconcile.ts';
import { waitFor } from './wait.ts';

interface ReconcileOptions {
  /** Its source first, and the source's own before that. */
  readonly withSource?: boolean;
  readonly force?: boolean;
  readonly reset?: boolean;
}

interface Place {
  readonly name: string | undefined;
  readonly namespace: string;
}

const EXAMPLES = {
  'reconcile source git flux-system': 'look for new commits now',
  'reconcile ks apps --with-source': 'fetch its source, then apply it',
  'reconcile hr web -n apps --with-source': 'fetch its chart, then release it',
  'reconcile hr web -n apps --reset': 'try again although the retries are used up',
  'reconcile hr web -n apps --force': 'release once more although nothing changed',
  'reconcile image repository web -n apps': 'look for new tags now',
  'reconcile image update flux-system': 'commit what policies chose now',
  'reconcile receiver github': 'read its Secret now',
};

const READS_SOURCE: readonly KindInfo[] = [KINDS.Kustomization, KINDS.HelmRelease, KINDS.HelmChart];

/** `pawl reconcile …` */
export function addReconcile(program: Command): void {
  const verb = program
    .command('reconcile')
    .description('Fetch, apply, release, scan or update images now, and wait for it');
  eachKind(
    verb,
    EXAMPLES,
    (command, info) => {
      command.argument('[name]').description(`Reconcile a ${info.kind} now`);
      if (READS_SOURCE.includes(info)) command.option('--with-source', 'reconcile its source first');
      if (info === KINDS.HelmRelease) {
        command
          .option('--force', 'install or upgrade once although nothing changed')
          .option('--reset', 'forget the failures counted so far');
      }
      command.action(
        withSession<ReconcileOptions>((session, [name], options) =>
          reconcile(session, info, { name, namespace: session.flags.namespace }, options),
        ),
      );
    },
    ALL_KINDS.filter(({ hasStatus }) => hasStatus),
  );
}

/** Asks for a reconcile by annotation, as `flux` does, and waits until this very request is handled. */
async function reconcile(
  session: Session,
  info: KindInfo,
  { name, namespace }: Place,
  options: ReconcileOptions,
): Promise<void> {
  if (!name) throw new Error(`${info.kind} name is required`);
  const object = await getObject(session, info, name, namespace);
  if (info.isStatic(object)) return session.out.success('reconciliation not supported by the object');
  if (object.spec.suspend) throw new Error('resource is suspended');
  const source = options.withSource ? sourceToReconcile(info, object, namespace) : undefined;
  if (source) await reconcile(session, source.info, source, { withSource: true });
  await annotateAndWait(session, info, object, options);
}

async function annotateAndWait(
  session: Session,
  info: KindInfo,
  before: Reconciled,
  { force, reset }: ReconcileOptions,
): Promise<void> {
  const { out } = session;
  const { apiVersion, kind } = info;
  const { name, namespace = '' } = before.metadata;
  out.action(`annotating ${kind} ${name} in ${namespace} namespace`);
  const kube = await session.kube();
  const now = new Date().toISOString();
  const annotations = {
    [Annotation.requestedAt]: now,
    ...(force && { [Annotation.forceAt]: now }),
    ...(reset && { [Annotation.resetAt]: now }),
  };
  await kube.patch({ apiVersion, kind, namespace, name }, { metadata: { annotations } }, { type: 'merge' });
  out.success(`${kind} annotated`);
  out.waiting(`waiting for ${kind} reconciliation`);
  const handledBefore = before.status?.lastHandledReconcileAt ?? '';
  const object = await waitFor(session, info, { name, namespace }, (seen) =>
    requestProgress(seen, handledBefore),
  );
  const ready = findCondition(object.status?.conditions, 'Ready');
  if (!ready) throw new Error("status can't be determined");
  if (ready.status !== 'True') throw new Error(`${kind} reconciliation failed: '${ready.message}'`);
  out.success(info.success(object));
}
