import { type Command, Option } from 'commander';
import { type ObjectRef, workflowId } from '../../api/object-ref.ts';
import { refTo } from './kind-info.ts';
import { kindNamed } from './kinds.ts';
import type { Session } from './session.ts';

/** The object that words name: `ks apps`, `ks/apps`, `source git flux-system`, `iua apps`; undefined for a workflow id, a kind without runs or nothing. */
export function refOf(session: Session, words: readonly string[]): ObjectRef | undefined {
  const parts = words.length === 1 ? (words[0] ?? '').split('/') : words;
  const [first = '', ...others] = parts;
  const [kindWord = '', name, ...more] = /^(?:source|image)s?$/.test(first) ? others : parts;
  const info = kindNamed(kindWord);
  if (!info || !name || more.length > 0) return undefined;
  return refTo(info, session.flags.namespace, name);
}

/** Which run of an id, by either of two flags. */
export interface RunChoice {
  readonly runId?: string;
  readonly run?: string;
}

/** `--run-id`, as `temporal` calls it; `--run` is short for it. */
export function addRunChoice(command: Command): Command {
  return command
    .option('--run-id <id>', 'another run than the newest of this id')
    .addOption(new Option('--run <id>', 'the same').hideHelp());
}

export function chosenRun({ runId, run }: RunChoice): string | undefined {
  return runId ?? run;
}

/** The workflow id that words name: an object, or the id itself. */
export function runIdOf(session: Session, words: readonly string[]): string {
  const ref = refOf(session, words);
  if (ref) return workflowId(session.flags.cluster, ref);
  const [id] = words;
  if (words.length === 1 && id) return id;
  throw new Error('give a workflow id, or an object such as `ks apps` or `source git flux-system`');
}
