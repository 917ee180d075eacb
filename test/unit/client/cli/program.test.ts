import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { completions } from '../../../../client/cli/completion.ts';
import { buildProgram, readFlags } from '../../../../client/cli/main.ts';

const program = await buildProgram(() => true);

function* below(command: Command): Iterable<Command> {
  for (const child of command.commands) {
    yield child;
    yield* below(child);
  }
}

function find(words: readonly string[]): Command {
  return words.reduce<Command>((command, word) => {
    const child = command.commands.find((c) => c.name() === word || c.aliases().includes(word));
    if (!child) throw new Error(`no ${word} in ${command.name()}`);
    return child;
  }, program);
}

/** The help as it is shown, with what `addHelpText` adds. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe('the command line', () => {
  it.each(
    [...below(program)]
      .filter((command) => command.name() !== 'env')
      .map((c) => ({ name: nameOf(c), command: c })),
  )('has examples in the help of $name', ({ command }) => {
    expect(helpOf(command)).toContain('Examples:');
  });

  it.each([['replay'], ['run', 'show']])('names a run by --run-id or --run in %s', (...path) => {
    const flags = find(path).options.map(({ long }) => long);

    expect(flags).toEqual(expect.arrayContaining(['--run-id', '--run']));
  });

  // A home cluster's runbook, with the name changed.
  it.each([
    'suspend ks infrastructure-controllers',
    'resume ks infrastructure-controllers',
    'reconcile source git flux-system',
    'reconcile ks infrastructure-controllers --with-source',
    'get ks -A --watch',
    'get sources git',
    'get source git',
    'get kustomizations',
    'create source git x',
    'create kustomization x',
    'tree kustomization x',
    'export source git --all',
    'suspend hr cert-manager',
    'resume hr cert-manager',
    'reconcile hr cert-manager -n cert-manager',
    'reconcile hr cert-manager --force --reset --with-source',
    'reconcile source helm jetstack',
    'reconcile source chart x --with-source',
    'get hr -A',
    'get helmreleases',
    'get sources helm',
    'get source chart',
    'create hr x',
    'create source helm x',
    'create source chart x',
    'tree hr x',
    'debug hr x --show-values',
    'diff hr x',
    'delete source chart x',
    'get images repository',
    'get image policy x',
    'get images all -A',
    'reconcile image repository x',
    'reconcile image policy x',
    'reconcile image update x',
    'suspend image update --all',
    'resume image policy x',
    'create image update x',
    'delete image repository x',
    'export image policy --all',
  ])('knows `%s`', (line) => {
    const words = line.split(' ').filter((word) => !word.startsWith('-'));
    const path = words.slice(0, /^(source|image)s?$/.test(words[1] ?? '') ? 3 : 2);

    expect(find(path).name()).toMatch(
      /^(git|helm|chart|kustomizations?|helmreleases?|repository|policy|update|all)$/,
    );
  });

  it.each([
    ['get receivers', 'get receivers'],
    ['get receiver x', 'get receivers'],
    ['get alert-providers', 'get alert-providers'],
    ['get alert', 'get alerts'],
    ['reconcile receiver x', 'reconcile receiver'],
    ['suspend alert x', 'suspend alert'],
    ['resume alert-provider x', 'resume alert-provider'],
    ['create alert-provider x', 'create alert-provider'],
    ['delete receiver x', 'delete receiver'],
    ['export alert --all', 'export alert'],
    ['trigger receiver x', 'trigger receiver'],
  ])('knows `%s` as %s', (line, name) => {
    expect(nameOf(find(line.split(' ').slice(0, 2)))).toBe(name);
  });

  it.each(['cancel alert', 'cancel alert-provider', 'reconcile alert', 'reconcile alert-provider'])(
    'has no `%s`: nobody reconciles them',
    (line) => {
      expect(() => find(line.split(' '))).toThrow('no alert');
    },
  );

  it('offers subcommands, then flags', () => {
    const words = completions(program);

    expect(words.get('get')?.slice(0, 3)).toEqual(['sources', 'source', 'images']);
    expect(words.get('get ks')).toContain('--watch');
    expect(words.get('')).toContain('reconcile');
  });
});

describe('flags written as for Go', () => {
  it.each([
    [
      ['create', 'ks', 'x', '--prune=true', '--wait=false'],
      ['create', 'ks', 'x', '--prune'],
    ],
    [
      ['resume', 'ks', 'x', '--wait=false'],
      ['resume', 'ks', 'x', '--no-wait'],
    ],
    [
      ['create', 'source', 'git', 'x', '--tag=true'],
      ['create', 'source', 'git', 'x', '--tag=true'],
    ],
  ])('%j are read as %j', (given, read) => {
    const path = given.filter((word) => !word.startsWith('-') && word !== 'x');

    expect(readFlags(find(path), given)).toEqual(read);
  });
});

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}`.trim() : '';
}
