import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { eachKind, withSession } from './command.ts';
import type { KindInfo } from './kind-info.ts';
import { getObject, type Session } from './session.ts';

const EXAMPLES = {
  'delete ks apps': 'delete a Kustomization and, with prune, what it applied',
  'delete source git podinfo -s': 'without a question',
  'delete image policy podinfo -n apps': 'no longer choose a tag',
};

/** `pawl delete …` */
export function addDelete(program: Command): void {
  const verb = program
    .command('delete')
    .description('Delete an object; what it applied goes as its deletionPolicy says');
  eachKind(verb, EXAMPLES, (command, info) => {
    command
      .argument('[name]')
      .description(`Delete a ${info.kind}`)
      .option('-s, --silent', 'do not ask')
      .action(
        withSession<{ silent?: boolean }>((session, [name], options) =>
          deleteOne(session, info, name, options.silent ?? false),
        ),
      );
  });
}

async function deleteOne(
  session: Session,
  info: KindInfo,
  name: string | undefined,
  isSilent: boolean,
): Promise<void> {
  if (!name) throw new Error(`${info.human} name is required`);
  await getObject(session, info, name);
  if (!isSilent && !(await confirm(`Are you sure you want to delete this ${info.human}? [y/N] `))) {
    throw new Error('aborting');
  }
  const { namespace } = session.flags;
  session.out.action(`deleting ${info.human} ${name} in ${namespace} namespace`);
  const kube = await session.kube();
  await kube.delete({ apiVersion: info.apiVersion, kind: info.kind, namespace, name });
  session.out.success(`${info.human} deleted`);
}

/** Asks on the terminal; anything but yes, and the end of the input, is no. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
