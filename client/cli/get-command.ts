import { type Command, Option } from 'commander';
import { examples, withSession } from './command.ts';
import { type GetOptions, get } from './get.ts';
import { KINDS } from './kinds.ts';

/** `pawl get …` */
export function addGet(program: Command): void {
  const verb = program.command('get').description('Show objects and their status');

  const sources = verb.command('sources').alias('source').description('Show sources');
  getFlags(sources.command('git [name]').description('Show GitRepositories')).action(
    withSession<GetOptions>((session, [name], options) =>
      get(session, [KINDS.GitRepository], { ...options, name }),
    ),
  );
  getFlags(sources.command('all').description('Show all sources')).action(
    withSession<GetOptions>((session, _args, options) =>
      get(session, [KINDS.GitRepository], { ...options, isAll: true }),
    ),
  );

  for (const command of [sources, ...sources.commands]) {
    examples(command, {
      'get sources git -A': 'the git sources of all namespaces',
      'get sources all': 'the sources of flux-system, of every kind',
    });
  }

  const ks = verb.command('kustomizations [name]').aliases(['ks', 'kustomization']);
  getFlags(ks.description('Show Kustomizations'))
    .option('--show-source', 'show the source of each')
    .action(
      withSession<GetOptions>((session, [name], options) =>
        get(session, [KINDS.Kustomization], { ...options, name }),
      ),
    );
  examples(ks, {
    'get ks -A --watch': 'follow all Kustomizations',
    'get ks --status-selector ready=false': 'those that are not ready',
    'get ks apps -o yaml': 'one of them, whole',
  });

  const all = getFlags(verb.command('all').description('Show everything')).action(
    withSession<GetOptions>((session, _args, options) =>
      get(session, [KINDS.GitRepository, KINDS.Kustomization], { ...options, isAll: true }),
    ),
  );
  examples(all, { 'get all -A': 'sources and Kustomizations of all namespaces' });
  examples(verb, {
    'get ks': 'the Kustomizations of flux-system',
    'get sources git -A': 'the git sources of all namespaces',
    'get all -n apps': 'everything in the namespace apps',
  });
}

function getFlags(command: Command): Command {
  return command
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('-w, --watch', 'go on showing changes, one row each')
    .option('-l, --label-selector <selector>', 'only those with these labels')
    .option(
      '--status-selector <type=status>',
      'only those of this condition, e.g. ready=false or ready!=true',
    )
    .option('--no-header', 'without the header')
    .addOption(new Option('-o, --output <format>', 'in another form').choices(['wide', 'json', 'yaml']));
}
