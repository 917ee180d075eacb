import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../api/kube-object.ts';
import { canJail, jailed } from '../process/jail.ts';
import { ProcessError, type ProcessResult, run } from '../process/run.ts';
import { buildFailed } from './build-failed.ts';
import type { Confined } from './confine.ts';
import type { TopKustomization } from './generate.ts';
import { explain } from './kustomize-error.ts';
import { readManifests } from './read-yaml.ts';
import { yamlText } from './rewrite.ts';

export interface KustomizeOptions {
  /** The absolute path of the binary, statically linked. */
  readonly kustomize: string;
  /** Where attempts have their directories; on the disk of the artifacts, copies are links. */
  readonly scratchDir: string;
  /** Whether kustomize runs in a jail; where the machine allows one when left out. */
  readonly isJailed?: boolean;
}

export interface KustomizeInput {
  /** The artifact's directory, a real path. */
  readonly root: string;
  readonly top: TopKustomization;
  readonly confined: Confined;
  readonly targetNamespace: string | undefined;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 64 * 1024 * 1024;
const LIMITS = { memoryBytes: 1024 ** 3, cpuSeconds: 120, fileBytes: 0 } as const;

/**
 * Runs `kustomize build` on a copy of just the confined files, in a jail where the machine allows one.
 * Throws BuildFailed with the sentence of kustomize, or the signal's reason.
 */
export async function runKustomize(options: KustomizeOptions, input: KustomizeInput): Promise<KubeObject[]> {
  await mkdir(options.scratchDir, { recursive: true });
  const attempt = await mkdtemp(join(options.scratchDir, 'build-'));
  try {
    const copy = join(attempt, COPY);
    await copyConfined(copy, input);
    const result = await start(options, attempt, input).catch((error: unknown) => {
      if (error instanceof ProcessError)
        throw buildFailed(`kustomize build failed: ${error.message.replace(options.kustomize, 'kustomize')}`);
      throw error;
    });
    if (result.code !== 0) throw await explain(result.stderr, copy, input);
    return readManifests(result.stdout.toString('utf8'), 'the output of kustomize');
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
}

const COPY = 'artifact';
const PROGRAM = 'kustomize';

async function start(
  options: KustomizeOptions,
  attempt: string,
  { top, signal }: KustomizeInput,
): Promise<ProcessResult> {
  const args = ['build', '--reorder', 'none', '--load-restrictor', 'LoadRestrictionsNone', '.'];
  const directory = join('/', COPY, top.directory);
  const isJailed = options.isJailed ?? (await canJail());
  // Linked under its own name: the jail shows nothing but the attempt.
  if (isJailed) await take(await ownCopy(options), join(attempt, PROGRAM));
  const command = isJailed
    ? jailed(attempt, directory, [`/${PROGRAM}`, ...args])
    : [options.kustomize, ...args];
  const home = isJailed ? '/' : attempt;
  return run(command, {
    cwd: isJailed ? attempt : join(attempt, directory),
    // No program is on this PATH: kustomize would run git for remote bases.
    env: {
      PATH: join(home, 'bin'),
      HOME: home,
      TMPDIR: home,
      LANG: 'C',
      GOMEMLIMIT: '768MiB',
      GOMAXPROCS: '2',
    },
    timeoutMs: TIMEOUT_MS,
    signal,
    maxStdout: MAX_OUTPUT,
    limits: LIMITS,
  });
}

async function copyConfined(
  copy: string,
  { root, top, confined, targetNamespace }: KustomizeInput,
): Promise<void> {
  const made = new Set<string>();
  for (const path of confined.files) {
    const target = join(copy, path);
    const directory = dirname(target);
    if (!made.has(directory)) await mkdir(directory, { recursive: true });
    made.add(directory);
    const text = confined.rewritten.get(path);
    if (path === top.file && targetNamespace !== undefined) {
      const content = JSON.parse(text ?? '{}') as Record<string, unknown>;
      await writeFile(target, yamlText({ ...content, namespace: targetNamespace }));
    } else if (text === undefined) {
      await take(join(root, path), target);
    } else {
      await writeFile(target, text);
    }
  }
}

/** A link costs nothing; where there can be none, on another disk or of another's file, a copy. */
async function take(source: string, target: string): Promise<void> {
  await link(source, target).catch(() => copyFile(source, target));
}

const copies = new Map<string, Promise<string>>();

/** A copy of the binary on the scratch disk, made once, so that every attempt can link it. */
function ownCopy({ kustomize, scratchDir }: KustomizeOptions): Promise<string> {
  const key = `${kustomize}\0${scratchDir}`;
  const copy = copies.get(key) ?? makeCopy(kustomize, scratchDir);
  copies.set(key, copy);
  copy.catch(() => copies.delete(key));
  return copy;
}

async function makeCopy(kustomize: string, scratchDir: string): Promise<string> {
  const { size, mtimeMs } = await stat(kustomize);
  const id = createHash('sha256').update(`${kustomize} ${size} ${mtimeMs}`).digest('hex').slice(0, 12);
  const copy = join(scratchDir, `kustomize-${id}`);
  if (
    await stat(copy).then(
      (found) => found.size === size,
      () => false,
    )
  )
    return copy;
  const temporary = await mkdtemp(join(scratchDir, 'copy-'));
  await copyFile(kustomize, join(temporary, PROGRAM));
  await link(join(temporary, PROGRAM), copy).catch(() => undefined);
  await rm(temporary, { recursive: true, force: true });
  return copy;
}
