import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../api/kube-object.ts';
import { ProcessError } from '../process/run.ts';
import { buildFailed } from './build-failed.ts';
import type { Confined } from './confine.ts';
import type { TopKustomization } from './generate.ts';
import { explain } from './kustomize-error.ts';
import { inScratch, type KustomizeOptions, startKustomize, take } from './kustomize-process.ts';
import { readManifests } from './read-yaml.ts';
import { yamlText } from './rewrite.ts';

export type { KustomizeOptions } from './kustomize-process.ts';

export interface KustomizeInput {
  /** The artifact's directory, a real path. */
  readonly root: string;
  readonly top: TopKustomization;
  readonly confined: Confined;
  readonly targetNamespace: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs `kustomize build` on a copy of just the confined files, in a jail where the machine allows one.
 * Throws BuildFailed with the sentence of kustomize, or the signal's reason.
 */
export async function runKustomize(options: KustomizeOptions, input: KustomizeInput): Promise<KubeObject[]> {
  return inScratch(options, async (attempt) => {
    const copy = join(attempt, COPY);
    await copyConfined(copy, input);
    const directory = join('/', COPY, input.top.directory);
    const { signal } = input;
    const result = await startKustomize(options, attempt, { directory, signal }).catch((error: unknown) => {
      if (error instanceof ProcessError)
        throw buildFailed(`kustomize build failed: ${error.message.replace(options.kustomize, 'kustomize')}`);
      throw error;
    });
    if (result.code !== 0) throw await explain(result.stderr, copy, input);
    return readManifests(result.stdout.toString('utf8'), 'the output of kustomize');
  });
}

const COPY = 'artifact';

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
