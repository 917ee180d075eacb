import type { Command } from 'commander';
import { parseDuration } from '../../api/duration.ts';
import { Annotation } from '../../api/names.ts';
import { eachKind, withSession } from './command.ts';
import { type KindInfo, refTo } from './kind-info.ts';
import type { Reconciled } from './reconciled.ts';
import { listObjects, type Session } from './session.ts';
import { tellWorkflow, userName } from './tell-workflow.ts';

interface SuspendOptions {
  readonly all?: boolean;
  readonly reason?: string;
  readonly until?: string;
}

const EXAMPLES = {
  'suspend ks infrastructure-controllers': 'stop applying a Kustomization',
  'suspend ks apps --reason "database move" --until 2h': 'for two hours, and say why',
  'suspend source git --all': 'stop fetching',
  'suspend image update flux-system': 'stop committing new images',
  'suspend alert releases -n apps': 'stop telling',
};

/** `pawl suspend …` */
export function addSuspend(program: Command): void {
  const verb = program.command('suspend').description('Stop reconciling an object until it is resumed');
  eachKind(verb, EXAMPLES, (command, info) => {
    command
      .argument('[names...]')
      .description(`Stop reconciling ${info.kind} objects`)
      .option('--all', 'all in the namespace')
      .option('--reason <text>', 'why, for whoever finds it suspended')
      .option('--until <duration>', 'resume by itself after this time, e.g. 2h')
      .action(
        withSession<SuspendOptions>((session, names, options) => suspendAll(session, info, names, options)),
      );
  });
}

async function suspendAll(
  session: Session,
  info: KindInfo,
  names: readonly string[],
  options: SuspendOptions,
): Promise<void> {
  if (names.length === 0 && !options.all) throw new Error(`${info.human} name is required`);
  const note = { reason: options.reason, forMs: untilMs(options.until) };
  if (note.forMs !== undefined && !refTo(info, '', '')) {
    throw new Error(`${info.human} objects have no runs that could end it: leave out --until`);
  }
  if (names.length === 0) {
    const objects = await listObjects(session, info);
    if (objects.length === 0) throw new Error('no objects found');
    for (const object of objects) await suspendOne(session, info, object, note);
  }
  for (const name of new Set(names)) await suspendNamed(session, info, name, note);
}

function untilMs(until: string | undefined): number | undefined {
  if (until === undefined) return undefined;
  const ms = parseDuration(until);
  if (ms === undefined || ms <= 0) throw new Error(`invalid --until "${until}": give a duration such as 2h`);
  return ms;
}

interface Note {
  readonly reason: string | undefined;
  readonly forMs: number | undefined;
}

/** One that is missing or refused is told and does not stop the others. */
async function suspendNamed(session: Session, info: KindInfo, name: string, note: Note): Promise<void> {
  const { namespace } = session.flags;
  try {
    const [object] = await listObjects(session, info, name);
    if (object) await suspendOne(session, info, object, note);
    else session.out.failure(`${info.kind} ${name} not found in ${namespace} namespace`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    session.out.failure(`failed suspending ${info.kind} ${name} in ${namespace} namespace: ${why}`);
  }
}

async function suspendOne(
  session: Session,
  info: KindInfo,
  object: Reconciled,
  { reason, forMs }: Note,
): Promise<void> {
  const { name } = object.metadata;
  const { namespace } = session.flags;
  const { apiVersion, kind } = info;
  session.out.action(`suspending ${info.human} ${name} in ${namespace} namespace`);
  const by = userName();
  const until = forMs === undefined ? null : new Date(Date.now() + forMs).toISOString();
  const annotations = {
    [Annotation.suspendReason]: reason ?? null,
    [Annotation.suspendedBy]: by,
    [Annotation.suspendedUntil]: until,
  };
  const kube = await session.kube();
  await kube.patch(
    { apiVersion, kind, namespace, name },
    { metadata: { annotations }, spec: { suspend: true } },
    { type: 'merge' },
  );
  const { suspend } = await import('../../workflows/messages.ts');
  const ref = refTo(info, namespace, name);
  const request = { by, ...(reason && { reason }), ...(forMs !== undefined && { forMs }) };
  const told = ref && (await tellWorkflow(session, ref, { signal: suspend, request, trigger: 'Suspend' }));
  session.out.success(`${info.human} suspended`);
  if (!told && until) {
    session.out.warning(
      `Temporal cannot be reached: resume it yourself, it may not happen by itself at ${until}`,
    );
  }
}
