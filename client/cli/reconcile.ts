import type { Command } from 'commander';
import { findCondition } from '../../api/conditions.ts';
import { Annotation } from '../../api/names.ts';
import { examples, withSession } from './command.ts';
import { KINDS, type KindInfo, type Reconciled } from './kinds.ts';
import { requestProgress } from './readiness.ts';
import { getObject, type Session } from './session.ts';
import { waitFor } from './wait.ts';

/** `pawl reconcile …` */
export function addReconcile(program: Command): void {
  const verb = program
    .command('reconcile')
    .description('Fetch a source or apply a Kustomization now, and wait for it');
  const source = verb.command('source').alias('sources').description('Reconcile a source');
  const git = source.command('git [name]').description('Fetch a GitRepository now');
  git.action(withSession((session, [name]) => reconcile(session, KINDS.GitRepository, name)));
  for (const command of [source, git]) {
    examples(command, { 'reconcile source git flux-system': 'look for new commits now' });
  }

  const ks = verb.command('kustomization [name]').aliases(['ks', 'kustomizations']);
  ks.description('Apply a Kustomization now')
    .option('--with-source', 'fetch its source first')
    .action(
      withSession<{ withSource?: boolean }>((session, [name], options) =>
        options.withSource
          ? reconcileWithSource(session, name)
          : reconcile(session, KINDS.Kustomization, name),
      ),
    );
  examples(ks, {
    'reconcile ks apps': 'apply the fetched revision again',
    'reconcile ks apps --with-source': 'fetch, then apply',
  });
  examples(verb, {
    'reconcile source git flux-system': 'fetch a source now',
    'reconcile ks apps --with-source': 'fetch its source, then apply it',
  });
}

/** Asks for a reconcile by annotation, as `flux` does, and waits until this very request is handled. */
export async function reconcile(
  session: Session,
  info: KindInfo,
  name: string | undefined,
  namespace = session.flags.namespace,
): Promise<void> {
  if (!name) throw new Error(`${info.kind} name is required`);
  const object = await getObject(session, info, name, namespace);
  if (object.spec.suspend) throw new Error('resource is suspended');
  await annotateAndWait(session, info, { name, namespace }, object.status?.lastHandledReconcileAt ?? '');
}

async function reconcileWithSource(session: Session, name: string | undefined): Promise<void> {
  const info = KINDS.Kustomization;
  if (!name) throw new Error(`${info.kind} name is required`);
  const { namespace } = session.flags;
  const object = await getObject(session, info, name);
  if (object.spec.suspend) throw new Error('resource is suspended');
  await reconcileSourceOf(session, object);
  await annotateAndWait(session, info, { name, namespace }, object.status?.lastHandledReconcileAt ?? '');
}

async function reconcileSourceOf(session: Session, object: Reconciled): Promise<void> {
  const { kind = '', name, namespace } = object.spec.sourceRef ?? {};
  if (kind !== KINDS.GitRepository.kind) throw new Error(`cannot reconcile source of kind ${kind}`);
  await reconcile(session, KINDS.GitRepository, name, namespace || session.flags.namespace);
}

async function annotateAndWait(
  session: Session,
  info: KindInfo,
  at: { readonly name: string; readonly namespace: string },
  handledBefore: string,
): Promise<void> {
  const { out } = session;
  const { apiVersion, kind } = info;
  out.action(`annotating ${kind} ${at.name} in ${at.namespace} namespace`);
  const kube = await session.kube();
  const annotations = { [Annotation.requestedAt]: new Date().toISOString() };
  await kube.patch({ apiVersion, kind, ...at }, { metadata: { annotations } }, { type: 'merge' });
  out.success(`${kind} annotated`);
  out.waiting(`waiting for ${kind} reconciliation`);
  const object = await waitFor(session, info, at, (now) => requestProgress(now, handledBefore));
  const ready = findCondition(object.status?.conditions, 'Ready');
  if (!ready) throw new Error("status can't be determined");
  if (ready.status !== 'True') throw new Error(`${kind} reconciliation failed: '${ready.message}'`);
  out.success(info.success(object));
}
