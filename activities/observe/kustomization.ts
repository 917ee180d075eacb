import { randomUUID } from 'node:crypto';
import { type Artifact as FullArtifact } from '../../api/artifact.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import { type Kustomization, unsupportedField } from '../../api/kustomization.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { failed, stalled } from '../failures.ts';
import { compileHealthExprs } from '../health/exprs.ts';
import { checkAccess } from '../status/access.ts';
import { compileDependencies, unmetDependency } from './dependencies.ts';
import {
  describeMissing,
  durationField,
  ensureFinalizer,
  parseKustomization,
  readGitRepository,
  sourceRefOf,
  suspensionNote,
  targetOfRef,
} from './object.ts';

/** The artifact that a pass works on: enough to fetch it anywhere. */
export type ArtifactPointer = Pick<FullArtifact, 'url' | 'digest' | 'revision' | 'path'>;

/** A Kustomization that may be built and applied: the input of all further steps. */
export interface ReadyKustomization {
  readonly ref: ObjectRef;
  /** Names what this worker remembers of the pass. */
  readonly pass: string;
  readonly uid: string;
  readonly generation: number;
  readonly artifact: ArtifactPointer;
  /** Bounds build, apply and health together. */
  readonly timeoutMs: number;
  readonly checksHealth: boolean;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** With the digest of what was built, once it is. */
export interface BuiltInput extends ReadyKustomization {
  readonly builtDigest: string;
}

export type ObservedKustomization =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting'; readonly timeoutMs: number }
  | {
      readonly state: 'Waiting';
      readonly message: string;
      readonly revision: string;
      readonly retryMs: number;
    }
  | ({ readonly state: 'Ready' } & ReadyKustomization);

/** Reads the object and all it refers to, and decides whether there is anything to build. */
export async function observeKustomization(deps: Deps, { ref }: RefInput): Promise<ObservedKustomization> {
  const found = await deps.kube.get(targetOfRef(ref));
  if (!found) return { state: 'Gone' };
  if (found.metadata.deletionTimestamp)
    return { state: 'Deleting', timeoutMs: deletionTimeout(parseKustomization(found)) };
  const object = parseKustomization(await ensureFinalizer(deps.kube, ref, found));
  if (object.spec.suspend) return { state: 'Suspended', message: suspensionNote(found) };

  assertSupported(object);
  compileHealthExprs(object.spec);
  const dependencies = compileDependencies(object);
  checkAccess(object, deps.policy.noCrossNamespaceRefs);
  const source = await readSource(deps, object);
  const { revision } = source.artifact;
  const unmet = await unmetDependency(deps.kube, object, dependencies, revision);
  if (unmet !== undefined)
    return { state: 'Waiting', message: unmet, revision, retryMs: deps.policy.requeueDependencyMs };

  const pass = randomUUID();
  deps.memory.remember(pass, { object });
  return {
    state: 'Ready',
    ref,
    pass,
    uid: object.metadata.uid,
    generation: object.metadata.generation,
    artifact: source.artifact,
    timeoutMs: timeoutOf(object),
    checksHealth: object.spec.wait === true || (object.spec.healthChecks ?? []).length > 0,
    startedAt: deps.now().toISOString(),
  };
}

function assertSupported(object: Kustomization): void {
  const field = unsupportedField(object.spec);
  if (field === undefined) return;
  throw stalled(
    Reason.UnsupportedField,
    `spec.${field} is set, which this release does not honour yet; nothing was applied: remove the field or keep the object with a controller that honours it`,
  );
}

/** The source and its artifact; a source that is missing or has no artifact yet is a failure that a retry may mend. */
export async function readSource(deps: Pick<Deps, 'kube'>, object: Kustomization): Promise<Source> {
  const ref = sourceRefOf(object);
  const source = await readGitRepository(deps.kube, ref);
  if (!source)
    throw failed(Reason.ArtifactFailed, `${describeMissing(ref)}: create it, or correct spec.sourceRef`);
  const artifact = source.status?.artifact;
  if (!artifact)
    throw failed(
      Reason.ArtifactFailed,
      `Source artifact not found, retrying in 30s: ${ref.kind} ${ref.namespace}/${ref.name} has none yet`,
    );
  const { url, digest, revision, path } = artifact;
  return { object: source, artifact: { url, digest, revision, path } };
}

export interface Source {
  readonly object: GitRepository;
  readonly artifact: ArtifactPointer;
}

const SHORTEST_TIMEOUT_MS = 30_000;

/** `spec.timeout`, or the interval less 30 s; never under 30 s, as Flux. In milliseconds. */
export function timeoutOf({ spec }: Kustomization): number {
  const ms =
    spec.timeout === undefined
      ? durationField('interval', spec.interval) - 30_000
      : durationField('timeout', spec.timeout);
  return Math.max(ms, SHORTEST_TIMEOUT_MS);
}

function deletionTimeout(object: Kustomization): number {
  try {
    return timeoutOf(object);
  } catch {
    // A deletion must not hang on a field that never parsed.
    return SHORTEST_TIMEOUT_MS;
  }
}
