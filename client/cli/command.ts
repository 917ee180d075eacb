import type { Command } from 'commander';
import type { GlobalFlags } from './global-flags.ts';
import type { KindInfo } from './kind-info.ts';
import { ALL_KINDS } from './kinds.ts';
import { createOutput } from './output.ts';
import { openSession, type Session } from './session.ts';

export type Run<Options> = (session: Session, args: readonly string[], options: Options) => Promise<void>;

/** Makes a command's action of a function: it gets a session, which is closed afterwards. */
export function withSession<Options>(run: Run<Options>): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const out = createOutput(process.stdout, process.stderr);
    const session = openSession(command.optsWithGlobals<GlobalFlags & Record<string, unknown>>(), out);
    try {
      await run(session, command.args, command.opts() as Options);
    } finally {
      await session.close();
    }
  };
}

/** Adds the kinds below a verb, under `flux`'s names: `source git`, `image policy`, `kustomization` (`ks`), …, each with the examples. */
export function eachKind(
  verb: Command,
  lines: Examples,
  add: (command: Command, info: KindInfo) => void,
  kinds = ALL_KINDS,
): void {
  const source = verb.command('source').alias('sources').description(`${verb.name()} sources`);
  const image = verb.command('image').alias('images').description(`${verb.name()} image automation`);
  for (const command of [verb, source, image]) examples(command, lines);
  for (const info of kinds) {
    const parent = info.family ? { source, image }[info.family] : verb;
    const command = parent.command(info.command).aliases([...info.aliases]);
    add(command, info);
    examples(command, lines);
  }
}

/** A command line, and what it is for. */
export type Examples = Readonly<Record<string, string>>;

/** Examples at the end of the help: what it is for, and the line to type. */
export function examples(command: Command, lines: Examples): Command {
  const text = Object.entries(lines).map(([line, meaning]) => `  # ${meaning}\n  pawl ${line}`);
  return command.addHelpText('after', `\nExamples:\n${text.join('\n\n')}\n`);
}

/** A flag that may be repeated and takes comma-separated values. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').filter((part) => part !== '')];
}
