import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { pawlFor, type StackAddresses } from './harness.ts';

/** What a command left: exit code and both streams. */
export interface Transcript {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stock `flux` that speaks in place of `pawl`, and whose answers are recorded: PAWL_RECORD_FLUX=/path/to/flux. */
export const FLUX = process.env['PAWL_RECORD_FLUX'];

export interface Transcripts {
  /** What is recorded under a name; while recording, what was just heard. */
  expected(name: string, heard: readonly Transcript[]): readonly Transcript[] | undefined;
  /** Writes the file anew, if `flux` was heard. */
  save(): void;
}

/** The answers of the stock CLI (2.9.4) that a file of JSON keeps, by the line or the name of a test. */
export function openTranscripts(file: string): Transcripts {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
  const recorded = JSON.parse(text) as Record<string, readonly Transcript[]>;
  return {
    expected(name, heard) {
      if (FLUX) recorded[name] = heard;
      return recorded[name];
    },
    save() {
      if (FLUX) writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
    },
  };
}

/**
 * Runs a line of words without blanks in them against a cluster, by `pawl` or while recording by `flux`; `namespace` is
 * what `NS` in it stands for, and in what is heard.
 */
export async function runLine(
  stack: StackAddresses,
  line: string,
  namespace = '',
  pawl: (args: readonly string[]) => Promise<Transcript> = pawlFor(stack),
): Promise<Transcript> {
  const args = line.replaceAll('NS', namespace).split(' ');
  const heard = await (FLUX ? runFlux(FLUX, args, { KUBECONFIG: stack.kubeconfig }) : pawl(args));
  const [stdout = '', stderr = ''] = [heard.stdout, heard.stderr].map((text) =>
    namespace ? text.replaceAll(namespace, 'NS') : text,
  );
  return { code: heard.code, stdout, stderr };
}

/** Runs a `flux`, whatever its exit code. */
export async function runFlux(
  path: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Transcript> {
  try {
    return { code: 0, ...(await promisify(execFile)(path, args, { env: { ...process.env, ...env } })) };
  } catch (error) {
    const { code, stdout, stderr } = error as Transcript;
    return { code, stdout, stderr };
  }
}
