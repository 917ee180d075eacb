import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseYamlDocuments } from '../../../api/formats/manifest-yaml.ts';
import type { HelmReleaseSpec } from '../../../api/helm-release.ts';
import { isRecord } from '../../apply/pointer.ts';
import { refuseAliasBomb } from '../../build/alias-bomb.ts';
import { readable } from '../../build/kustomize-error.ts';
import { inScratch, type KustomizeOptions, startKustomize } from '../../build/kustomize-process.ts';
import { yamlText } from '../../build/rewrite.ts';
import { messageOf } from '../../failures.ts';
import { ProcessError } from '../../process/run.ts';
import { STREAM } from './set-metadata.ts';

type Kustomize = NonNullable<NonNullable<HelmReleaseSpec['postRenderers']>[number]['kustomize']>;
type Patch = NonNullable<Kustomize['patches']>[number];

/** A post-renderer that could not do what its spec says; the message names it and holds nothing of the objects. */
export class PostRenderError extends Error {
  override readonly name = 'PostRenderError';
}

export interface KustomizeStep extends Kustomize {
  /** Its place in `spec.postRenderers`. */
  readonly index: number;
}

const DIRECTORY = 'helm';
const INPUT = 'helm-output.yaml';

/**
 * Patches the documents of a stream and replaces images in them, by a kustomize process. Throws a
 * {@link PostRenderError} that names the post-renderer and the patch that failed.
 */
export async function byKustomize(
  options: KustomizeOptions & { readonly signal: AbortSignal },
  stream: string,
  { patches = [], images = [], index }: KustomizeStep,
): Promise<string> {
  if (patches.length === 0 && images.length === 0) return stream;
  const place = `postRenderers[${index}].kustomize`;
  refuseBombs(place, stream, patches);
  const build = (first: number, withImages: readonly unknown[]) =>
    buildOnce(options, stream, { patches: patches.slice(0, first), images: withImages });
  const result = await build(patches.length, images);
  if (result.output !== undefined) return result.output;
  const culprit = await firstFailing(patches.length, async (first) => (await build(first, [])).problem);
  throw new PostRenderError(`${culpritOf(place, patches, culprit?.first)}: ${(culprit ?? result).problem}`);
}

interface Built {
  readonly output?: string;
  readonly problem: string;
}

async function buildOnce(
  options: KustomizeOptions & { readonly signal: AbortSignal },
  stream: string,
  fields: { readonly patches: readonly Patch[]; readonly images: readonly unknown[] },
): Promise<Built> {
  return inScratch(options, async (attempt) => {
    const directory = join(attempt, DIRECTORY);
    await mkdir(directory);
    await writeFile(join(directory, INPUT), stream);
    await writeFile(join(directory, 'kustomization.yaml'), yamlText(kustomization(fields)));
    try {
      const { signal } = options;
      const result = await startKustomize(options, attempt, { directory: `/${DIRECTORY}`, signal });
      if (result.code === 0) return { output: result.stdout.toString('utf8'), problem: '' };
      return { problem: readable(result.stderr, directory, '') };
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error;
      return { problem: error.message.replace(options.kustomize, 'kustomize') };
    }
  });
}

function kustomization({ patches, images }: Parameters<typeof buildOnce>[2]): object {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [INPUT],
    patches: patches.map(({ patch, target }) => ({ patch, ...(target && { target }) })),
    images,
  };
}

/** A few bytes of aliases would take kustomize to gigabytes; a patch that is no YAML is for kustomize to refuse. */
function refuseBombs(place: string, stream: string, patches: readonly Patch[]): void {
  const texts = [[STREAM, stream], ...patches.map(({ patch }, i) => [`${place}.patches[${i}]`, patch])];
  for (const [name = '', text = ''] of texts) {
    try {
      refuseAliasBomb(text, name);
    } catch (error) {
      throw new PostRenderError(`${place}: ${messageOf(error)}`);
    }
  }
}

/** How many patches it takes for the build to fail; kustomize does not say which one it was. Undefined when none fails. */
async function firstFailing(
  count: number,
  problemOf: (first: number) => Promise<string>,
): Promise<{ readonly first: number; readonly problem: string } | undefined> {
  let [low, high] = [0, count];
  let found = await problemOf(count);
  if (found === '') return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const problem = await problemOf(middle);
    if (problem === '') low = middle + 1;
    else [high, found] = [middle, problem];
  }
  return { first: high, problem: found };
}

function culpritOf(place: string, patches: readonly Patch[], first: number | undefined): string {
  if (first === undefined) return `${place}.images`;
  const patch = patches[first - 1];
  return patch ? `${place}.patches[${first - 1}] (${describeTarget(patch)})` : place;
}

/** What a patch is for, as far as it says so. */
function describeTarget({ patch, target }: Patch): string {
  if (target) {
    const parts = Object.entries(target).filter(([, value]) => typeof value === 'string' && value !== '');
    return `target ${parts.map(([field, value]) => `${field}=${String(value)}`).join(', ') || 'any object'}`;
  }
  const { kind, metadata } = firstObject(patch);
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  return typeof kind === 'string' && typeof name === 'string' ? `target ${kind}/${name}` : 'without target';
}

function firstObject(patch: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseYamlDocuments(patch, { file: 'patch' })[0]?.value;
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
