import type { Kustomization } from '../../api/kustomization.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { failed, stalled } from '../failures.ts';
import { faultPoint } from '../fault.ts';
import { openOrAsk } from '../fetch/ask-for-artifact.ts';
import type { BuiltInput, ReadyKustomization } from '../observe/kustomization.ts';
import { asAttempted, readObject } from '../observe/object.ts';
import { type ArtifactPointer, sourceRefOf } from '../observe/source.ts';
import type { StepContext } from '../steps.ts';
import type { BuiltSet } from './build.ts';
import { loadVariables } from './variables.ts';

export interface Built {
  /** Of the objects, so that steps on any worker work on the same ones. */
  readonly digest: string;
  readonly objects: number;
}

/** Builds the artifact as the object says; the result stays in the worker, its digest travels. */
export async function buildKustomization(
  deps: Deps,
  input: ReadyKustomization,
  step: StepContext,
): Promise<Built> {
  const object = await passObject(deps, input);
  const built = await build(deps, object, input.artifact, step.signal);
  deps.memory.remember(input.pass, { object, built });
  faultPoint('built');
  return { digest: built.digest, objects: built.objects.length };
}

/** The objects that this pass built, from the worker's memory or, on another worker, built again from the same inputs. */
export async function builtSet(deps: Deps, input: BuiltInput, step: StepContext): Promise<BuiltSet> {
  const remembered = deps.memory.recall(input.pass)?.built;
  if (remembered?.digest === input.builtDigest) return remembered;
  const object = await passObject(deps, input);
  const built = await build(deps, object, input.artifact, step.signal);
  if (built.digest !== input.builtDigest) {
    throw failed(
      Reason.BuildFailed,
      'the variables of the build changed while it was being applied; it is built again',
    );
  }
  deps.memory.remember(input.pass, { ...deps.memory.recall(input.pass), object, built });
  return built;
}

/** Builds what the object says of an artifact; equal inputs are answered from the builder's cache. */
export async function build(
  deps: Pick<Deps, 'kube' | 'openArtifact' | 'builder' | 'askForArtifact'>,
  kustomization: Kustomization,
  artifact: ArtifactPointer,
  signal: AbortSignal,
): Promise<BuiltSet> {
  const source = sourceRefOf(kustomization);
  const open = () => deps.openArtifact(artifact, { signal });
  const root = await openOrAsk(deps.askForArtifact, source, open);
  faultPoint('fetched');
  const variables = await loadVariables(deps.kube, kustomization);
  return deps.builder.build({
    root,
    artifactDigest: artifact.digest,
    kustomization,
    signal,
    ...(variables !== undefined && { variables }),
  });
}

/** The object as this pass saw it first, or as it is now when another worker saw it. */
export async function passObject(
  deps: Pick<Deps, 'kube' | 'memory'>,
  input: ReadyKustomization,
): Promise<Kustomization> {
  const remembered = deps.memory.recall(input.pass)?.object;
  if (remembered) return remembered;
  const object = await readObject(deps.kube, { ...input.ref, kind: Kind.Kustomization });
  if (!object || object.metadata.uid !== input.uid) {
    throw stalled(Reason.ReconciliationFailed, 'the object was removed while it was being reconciled');
  }
  // Its end would claim the new spec for what was done by the old one.
  if (object.metadata.generation !== input.generation)
    throw failed(Reason.ReconciliationFailed, 'the spec was changed while another worker took over');
  const read = asAttempted(object, input);
  deps.memory.remember(input.pass, { object: read });
  return read;
}
