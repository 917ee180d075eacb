import { type Command, Option } from 'commander';
import { type Examples, examples, withSession } from './command.ts';
import { type GetOptions, get } from './get.ts';
import type { KindInfo } from './kind-info.ts';
import { ALL_KINDS, KINDS } from './kinds.ts';

/** `pawl get …` */
export function addGet(program: Command): void {
  const verb = program.command('get').description('Show objects and their status');
  addFamily(verb, 'source', 'sources', {
    'get sources git -A': 'the git sources of all namespaces',
    'get sources all': 'the sources of flux-system, of every kind',
  });
  addFamily(verb, 'image', 'objects of image automation', {
    'get images all -A': 'repositories, policies and automations of all namespaces',
    'get images policy -n apps': 'which tags were chosen',
  });

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

  for (const info of [KINDS.Receiver, KINDS.Provider, KINDS.Alert]) {
    const name = `${info.command}s`;
    const command = verb.command(`${name} [name]`).alias(info.command);
    addKind(command.description(`Show ${info.kind} objects`), info);
    examples(command, { [`get ${name} -A`]: 'of all namespaces' });
  }

  const all = verb.command('all').description('Show everything');
  addAll(all, ALL_KINDS);
  examples(all, { 'get all -A': 'the objects of all kinds and namespaces' });
  examples(verb, {
    'get ks': 'the Kustomizations of flux-system',
    'get hr -A': 'the HelmReleases of all namespaces',
    'get sources git -A': 'the git sources of all namespaces',
    'get images policy -A': 'which tags were chosen, in all namespaces',
    'get all -n apps': 'everything in the namespace apps',
  });
}

function addFamily(
  verb: Command,
  word: NonNullable<KindInfo['family']>,
  meaning: string,
  lines: Examples,
): void {
  const kinds = ALL_KINDS.filter(({ family }) => family === word);
  const parent = verb.command(`${word}s`).alias(word).description(`Show ${meaning}`);
  for (const info of kinds) {
    const command = parent.command(`${info.command} [name]`).description(`Show ${info.kind} objects`);
    addKind(command, info);
    examples(command, { [`get ${word}s ${info.command} -A`]: 'of all namespaces' });
  }
  const all = parent.command('all').description(`Show all ${meaning}`);
  addAll(all, kinds);
  for (const command of [parent, all]) examples(command, lines);
}

function addAll(command: Command, kinds: readonly KindInfo[]): void {
  getFlags(command).action(
    withSession<GetOptions>((session, _args, options) => get(session, kinds, { ...options, isAll: true })),
  );
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
