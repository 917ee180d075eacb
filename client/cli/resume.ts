import type { Command } from 'commander';
import { Annotation } from '../../api/names.ts';
import { eachKind, withSession } from './command.ts';
import { type KindInfo, refTo } from './kind-info.ts';
import { specProgress } from './readiness.ts';
import type { Reconciled } from './reconciled.ts';
import { listObjects, type Session } from './session.ts';
import { tellWorkflow, userName } from './tell-workflow.ts';
import { waitFor } from './wait.ts';

interface ResumeOptions {
  readonly all?: boolean;
  /** Undefined unless given: then one name waits and several do not. */
  readonly wait?: boolean;
}

const EXAMPLES = {
  'resume ks infrastructure-controllers': 'apply again, and wait until it is ready',
  'resume ks --all --wait': 'all of the namespace',
  'resume image update flux-system': 'commit new images again',
};

/** `pawl resume …` */
export function addResume(program: Command): void {
  const verb = program.command('resume').description('Reconcile a suspended object again, and wait for it');
  eachKind(verb, EXAMPLES, (command, info) => {
    command
      .argument('[names...]')
      .description(`Reconcile suspended ${info.kind} objects again`)
      .option('--all', 'all in the namespace')
      .option('--wait', 'wait for all of them (a single name always does)')
      .option('--no-wait', 'wait for none')
      .action(
        withSession<ResumeOptions>((session, names, options) => resumeAll(session, info, names, options)),
      );
    // The negated switch would make it true by default.
    command.setOptionValue('wait', undefined);
  });
}

async function resumeAll(
  session: Session,
  info: KindInfo,
  names: readonly string[],
  options: ResumeOptions,
): Promise<void> {
  if (names.length === 0 && !options.all) throw new Error(`${info.human} name is required`);
  const resumed: string[] = [];
  for (const name of names.length === 0 ? [undefined] : new Set(names)) {
    const objects = await listObjects(session, info, name);
    if (objects.length === 0) session.out.failure(notFound(session, info, name));
    for (const object of objects) {
      await resumeOne(session, info, object);
      resumed.push(object.metadata.name);
    }
  }
  if (options.wait ?? names.length === 1) await waitForAll(session, info, resumed);
}

function notFound(session: Session, info: KindInfo, name: string | undefined): string {
  const { namespace } = session.flags;
  return name === undefined
    ? `no ${info.kind} objects found in ${namespace} namespace`
    : `${info.kind} object '${name}' not found in ${namespace} namespace`;
}

async function resumeOne(session: Session, info: KindInfo, object: Reconciled): Promise<void> {
  const { name } = object.metadata;
  const { namespace } = session.flags;
  const { apiVersion, kind } = info;
  session.out.action(`resuming ${info.human} ${name} in ${namespace} namespace`);
  const annotations = {
    [Annotation.suspendReason]: null,
    [Annotation.suspendedBy]: null,
    [Annotation.suspendedUntil]: null,
  };
  const kube = await session.kube();
  await kube.patch(
    { apiVersion, kind, namespace, name },
    { metadata: { annotations }, spec: { suspend: null } },
    { type: 'merge' },
  );
  const { resume } = await import('../../workflows/messages.ts');
  const ref = refTo(info, namespace, name);
  const signal = { signal: resume, request: { by: userName() }, trigger: 'Resume' } as const;
  if (ref) await tellWorkflow(session, ref, signal);
  session.out.success(`${info.human} resumed`);
}

async function waitForAll(session: Session, info: KindInfo, names: readonly string[]): Promise<void> {
  const { out, flags } = session;
  const results = await Promise.all(
    names.map(async (name) => {
      out.waiting(`waiting for ${info.kind} reconciliation`);
      try {
        return {
          name,
          object: await waitFor(session, info, { name, namespace: flags.namespace }, (seen) =>
            specProgress(info, seen),
          ),
        };
      } catch (error) {
        return { name, message: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  let failures = 0;
  for (const { name, object, message } of results.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!object) {
      failures += 1;
      out.failure(`${info.kind} ${name} reconciliation failed: ${message}`);
      continue;
    }
    out.success(`${info.kind} ${name} reconciliation completed`);
    out.success(info.success(object));
  }
  if (failures > 0) throw new Error(`reconciliation failed for ${failures} ${info.kind}(s)`);
}
