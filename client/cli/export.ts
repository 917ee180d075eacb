import type { Command } from 'commander';
import { eachKind, withSession } from './command.ts';
import type { KindInfo } from './kind-info.ts';
import { formatExport } from './manifest.ts';
import { getObject, listObjects, type Session } from './session.ts';

const EXAMPLES = {
  'export ks apps > apps.yaml': 'one Kustomization',
  'export source git --all > sources.yaml': 'all git sources of the namespace',
  'export image update flux-system': 'an automation',
};

/** `pawl export …` */
export function addExport(program: Command): void {
  const verb = program.command('export').description('Print objects as YAML, as one would keep them in Git');
  eachKind(verb, EXAMPLES, (command, info) => {
    command
      .argument('[name]')
      .description(`Print a ${info.kind}`)
      .option('--all', 'all in the namespace')
      .action(
        withSession<{ all?: boolean }>((session, [name], options) =>
          exportObjects(session, info, options.all ? undefined : name, options.all ?? false),
        ),
      );
  });
}

async function exportObjects(
  session: Session,
  info: KindInfo,
  name: string | undefined,
  isAll: boolean,
): Promise<void> {
  if (!isAll && !name) throw new Error('name is required');
  const objects = name ? [await getObject(session, info, name)] : await listObjects(session, info);
  if (objects.length === 0) throw new Error(`no objects found in ${session.flags.namespace} namespace`);
  for (const object of objects) session.out.print(formatExport(object));
}
