import { type Command, Option } from 'commander';
import { type Examples, examples, withSession } from './command.ts';
import { type GetOptions, get } from './get.ts';
import type { KindInfo } from './kind-info.ts';
import { ALL_KINDS, KINDS } from './kinds.ts';

const SOURCES = ALL_KINDS.filter(({ family }) => family === 'source');

/** `pawl get …` */
export function addGet(program: Command): void {
  const verb = program.command('get').description('Show objects and their status');
  addSources(verb);

  // Here `flux` has the plural for a name.
  addApplier(verb, KINDS.Kustomization, ['ks', 'kustomization'], {
    'get ks -A --watch': 'follow all Kustomizations',
    'get ks --status-selector ready=false': 'those that are not ready',
    'get ks apps -o yaml': 'one of them, whole',
  });
  addApplier(verb, KINDS.HelmRelease, ['hr', 'helmrelease'], {
    'get hr -A': 'the HelmReleases of all namespaces',
    'get hr -n apps --show-source': 'with where their charts come from',
  });

  const all = getFlags(verb.command('all').description('Show everything')).action(
    withSession<GetOptions>((session, _args, options) =>
      get(session, ALL_KINDS, { ...options, isAll: true }),
    ),
  );
  examples(all, { 'get all -A': 'sources, HelmReleases and Kustomizations of all namespaces' });
  examples(verb, {
    'get ks': 'the Kustomizations of flux-system',
    'get hr -A': 'the HelmReleases of all namespaces',
    'get sources git -A': 'the git sources of all namespaces',
    'get all -n apps': 'everything in the namespace apps',
  });
}

function addSources(verb: Command): void {
  const sources = verb.command('sources').alias('source').description('Show sources');
  for (const info of SOURCES) {
    const command = sources.command(`${info.command} [name]`).description(`Show ${info.kind} objects`);
    addKind(command, info);
    examples(command, { [`get sources ${info.command} -A`]: 'of all namespaces' });
  }
  const all = getFlags(sources.command('all').description('Show all sources')).action(
    withSession<GetOptions>((session, _args, options) => get(session, SOURCES, { ...options, isAll: true })),
  );
  for (const command of [sources, all]) {
    examples(command, {
      'get sources git -A': 'the git sources of all namespaces',
      'get sources all': 'the sources of flux-system, of every kind',
    });
  }
}

function addApplier(verb: Command, info: KindInfo, aliases: readonly string[], lines: Examples): void {
  const command = verb.command(`${info.plural} [name]`).aliases([...aliases]);
  command.description(`Show ${info.kind} objects`).option('--show-source', 'show the source of each');
  addKind(command, info);
  examples(command, lines);
}

function addKind(command: Command, info: KindInfo): void {
  getFlags(command).action(
    withSession<GetOptions>((session, [name], options) => get(session, [info], { ...options, name })),
  );
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
