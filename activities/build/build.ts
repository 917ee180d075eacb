import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import type { Kustomization, KustomizationSpec } from '../../api/kustomization.ts';
import { formatObjectId, objectId } from '../../api/object-id.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf, transient } from '../failures.ts';
import { buildFailed } from './build-failed.ts';
import { createWorkCache, type WorkCache } from './cache.ts';
import { canonicalJson, digestObjects } from './canonical.ts';
import { type Confined, confine } from './confine.ts';
import { type TopKustomization, topKustomization } from './generate.ts';
import { entryInside, resolveInside } from './inside.ts';
import { builtKey, compiledKey, sourceKey } from './keys.ts';
import { type KustomizeOptions, runKustomize } from './kustomize.ts';
import { withCommonMetadata } from './metadata.ts';
import { withNamespace } from './namespace.ts';
import { buildPlain } from './plain.ts';
import { substituteVariables, type Variables } from './substitute.ts';

/** What a Kustomization makes of an artifact. */
export interface BuiltSet {
  /** `sha256:` of the objects, whatever their order. */
  readonly digest: string;
  /** In kustomize's order. Shared with whoever built the same: not to be changed. */
  readonly objects: readonly KubeObject[];
}

export interface BuildInput {
  /** The directory of the extracted artifact. */
  readonly root: string;
  /** Of the artifact: equal digests must mean equal directories. */
  readonly artifactDigest: string;
  readonly kustomization: Kustomization;
  /** See loadVariables. */
  readonly variables?: Variables | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Builder {
  /** Throws ArtifactFailed when the path is not there and BuildFailed for all else, or the signal's reason. */
  build(input: BuildInput): Promise<BuiltSet>;
}

/** The kustomizations of a path, walked and checked; with the objects where kustomize is not needed for them. */
interface Source {
  readonly top: TopKustomization;
  readonly confined: Confined;
  readonly objects: readonly KubeObject[] | undefined;
}

interface Sized<Value> {
  readonly value: Value;
  readonly bytes: number;
}

function bytesOf({ bytes }: Sized<unknown>): number {
  return bytes;
}

interface Caches {
  readonly sources: WorkCache<Sized<Source>>;
  readonly compiled: WorkCache<Sized<readonly KubeObject[]>>;
  readonly built: WorkCache<Sized<BuiltSet>>;
}

const MEBIBYTE = 1024 * 1024;
// An object takes about this many bytes for each character of its JSON.
const BYTES_A_CHARACTER = 4;

/**
 * Builds the objects of Kustomizations. Three steps, each kept by its inputs and shared by those who ask at the
 * same time: the files of a path, what kustomize makes of them, and the variables; so a thousand Kustomizations
 * that differ by a variable cost one parse and a thousand substitutions.
 */
export function createBuilder(options: KustomizeOptions): Builder {
  const caches: Caches = {
    sources: createWorkCache<Sized<Source>>(16 * MEBIBYTE, bytesOf),
    compiled: createWorkCache<Sized<readonly KubeObject[]>>(24 * MEBIBYTE, bytesOf),
    built: createWorkCache<Sized<BuiltSet>>(24 * MEBIBYTE, bytesOf),
  };
  const limit = pLimit(availableParallelism());

  return {
    async build(input) {
      const { spec } = input.kustomization;
      const key = builtKey(input);
      const make = async (signal: AbortSignal) =>
        finish(await compile({ ...input, signal }), spec, input.variables);
      return (await caches.built.get(key, make, input.signal)).value;
    },
  };

  async function compile(input: BuildInput): Promise<readonly KubeObject[]> {
    const make = async (signal: AbortSignal) => {
      const root = await realRoot(input.root);
      const source = await readSource(root, { ...input, signal });
      const { targetNamespace } = input.kustomization.spec;
      const objects =
        fromPlain(source, targetNamespace) ??
        (await limit(() => {
          signal.throwIfAborted();
          return runKustomize(options, { ...source, root, targetNamespace, signal });
        }));
      const value = objects.filter(({ apiVersion }) => !apiVersion.startsWith('kustomize.config.k8s.io/'));
      return { value, bytes: canonicalJson(value).length * BYTES_A_CHARACTER };
    };
    return (await caches.compiled.get(compiledKey(input), make, input.signal)).value;
  }

  async function readSource(root: string, input: BuildInput): Promise<Source> {
    const make = async () => {
      const directory = await directoryOf(root, input.kustomization.spec.path ?? '');
      const top = await topKustomization(root, directory, input.kustomization.spec);
      const confined = await confine(root, top);
      const objects = top.isEmpty ? [] : await buildPlain(root, confined);
      const characters = canonicalJson([objects ?? [], [...confined.files]]).length;
      return { value: { top, confined, objects }, bytes: characters * BYTES_A_CHARACTER };
    };
    return (await caches.sources.get(sourceKey(input), make, input.signal)).value;
  }
}

/** What the source says without kustomize, if that suffices. */
function fromPlain({ top, objects }: Source, targetNamespace: string | undefined) {
  const namespace = targetNamespace ?? top.content['namespace'];
  if (objects === undefined || namespace === undefined) return objects;
  return typeof namespace === 'string' ? withNamespace(objects, namespace) : undefined;
}

function finish(
  compiled: readonly KubeObject[],
  spec: KustomizationSpec,
  variables: Variables = {},
): Sized<BuiltSet> {
  const { postBuild, commonMetadata } = spec;
  const isAsked = Object.keys(variables).length > 0 || postBuild?.substituteStrategy === 'Always';
  const substituted =
    postBuild && isAsked ? compiled.map((object) => substituteVariables(object, variables)) : compiled;
  refuseDuplicates(substituted);
  const objects = commonMetadata
    ? substituted.map((object) => withCommonMetadata(object, commonMetadata))
    : substituted;
  const { digest, bytes } = digestObjects(objects);
  return { value: { digest, objects }, bytes: bytes * BYTES_A_CHARACTER };
}

/** Two of the same would be applied one over the other, for ever. */
function refuseDuplicates(objects: readonly KubeObject[]): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const id = formatObjectId(objectId(object));
    const name = describeObject(object);
    if (seen.has(id)) throw buildFailed(`duplicate object ${name}: the build has it twice`, { object: name });
    seen.add(id);
  }
}

async function realRoot(root: string): Promise<string> {
  return realpath(root).catch((error: unknown) => {
    throw transient(Reason.ArtifactFailed, `the artifact is not on this worker: ${messageOf(error)}`);
  });
}

/** The directory of `spec.path`; a path from `/` counts from the artifact's root. */
async function directoryOf(root: string, path: string): Promise<string> {
  try {
    const entry = await entryInside(root, resolveInside('', path.replace(/^\/+/, '')));
    if (entry.kind === 'directory') return entry.path;
  } catch (error) {
    throw failed(Reason.ArtifactFailed, `kustomization path not found: ${messageOf(error)}`, {
      detail: { path },
    });
  }
  throw failed(Reason.ArtifactFailed, `kustomization path not found: ${path} is not a directory`, {
    detail: { path },
  });
}
