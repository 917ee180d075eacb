import { Argument, type Command } from 'commander';
import { createOutput } from './output.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `pawl completion` */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', '\nExamples:\n  # this shell, now\n  source <(pawl completion bash)\n')
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { buildProgram } = await import('./main.ts');
      const words = completions(await buildProgram(() => true));
      createOutput(process.stdout, process.stderr).print(SCRIPTS[shell](words));
    });
}

/** For each path of commands (`get`, `get sources`), the words that may follow. */
export function completions(program: Command): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, readonly string[]>();
  const flags = (command: Command) => command.options.map((option) => option.long ?? '').filter(Boolean);
  const global = flags(program);
  const walk = (command: Command, path: readonly string[]) => {
    const names = command.commands.flatMap((child) => [child.name(), ...child.aliases()]);
    words.set(path.join(' '), [...names, ...flags(command), ...(path.length > 0 ? global : [])]);
    for (const child of command.commands) {
      for (const name of [child.name(), ...child.aliases()]) walk(child, [...path, name]);
    }
  };
  walk(program, []);
  return words;
}

type Words = ReadonlyMap<string, readonly string[]>;

// The path is what has been typed without flags; arguments at its end are dropped until a command is left.
const BASH = (words: Words) => `_pawl() {
  local path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${[...words].map(([path, next]) => `      "${path}") COMPREPLY=($(compgen -W "${next.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")); return ;;`).join('\n')}
    esac
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
}
complete -F _pawl pawl
`;

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (words: Words) => string>> = {
  bash: BASH,
  zsh: (words) => `autoload -U +X bashcompinit && bashcompinit\n${BASH(words)}`,
  fish: (words) =>
    `complete -c pawl -f\n${[...words]
      .map(([path, next]) => {
        const condition =
          path === ''
            ? '__fish_use_subcommand'
            : path
                .split(' ')
                .map((word) => `__fish_seen_subcommand_from ${word}`)
                .join('; and ');
        return `complete -c pawl -n '${condition}' -a '${next.join(' ')}'\n`;
      })
      .join('')}`,
};
