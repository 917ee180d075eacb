import type { Command } from 'commander';
import { workflowId } from '../../api/object-ref.ts';
import { eachKind, withSession } from './command.ts';
import { type KindInfo, refTo } from './kind-info.ts';
import { ALL_KINDS } from './kinds.ts';
import type { Session } from './session.ts';
import { userName } from './tell-workflow.ts';

const EXAMPLES = { 'cancel ks apps': 'stop waiting for its health' };

/** `pawl cancel …` */
export function addCancel(program: Command): void {
  const verb = program
    .command('cancel')
    .description('End what the run of an object is doing, e.g. its health wait');
  eachKind(
    verb,
    EXAMPLES,
    (command, info) => {
      command
        .argument('[name]')
        .description(`Cancel the run of a ${info.kind}`)
        .action(withSession((session, [name]) => cancelRun(session, info, name)));
    },
    ALL_KINDS.filter((info) => refTo(info, '', '')),
  );
}

async function cancelRun(session: Session, info: KindInfo, name: string | undefined): Promise<void> {
  if (!name) throw new Error(`${info.human} name is required`);
  const { namespace, cluster } = session.flags;
  const ref = refTo(info, namespace, name);
  if (!ref) throw new Error(`${info.human} objects have no runs`);
  const [client, { cancel }] = await Promise.all([session.temporal(), import('../../workflows/messages.ts')]);
  session.out.action(`cancelling the run of ${info.human} ${name} in ${namespace} namespace`);
  const id = workflowId(cluster, ref);
  try {
    // Not by signalWithStart: a run that starts only to be cancelled helps nobody.
    await client.workflow.getHandle(id).signal(cancel, { by: userName() });
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') {
      throw new Error(`no run of ${info.human} ${name} is open`, { cause: error });
    }
    throw error;
  }
  session.out.success(`${info.human} run cancelled`);
}
