import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/kube-object.ts';
import { type Pointer, withoutPath } from './pointer.ts';

const NOT_COMPARED = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/**
 * Whether a dry run would change what the cluster has. Like fluxcd/pkg ssa `hasDrifted`, all but status and the
 * metadata that the server keeps for itself; finalizers and owner references are compared as well.
 */
export function hasDrifted(live: KubeObject, dryRun: KubeObject, ignored: readonly Pointer[] = []): boolean {
  return !isDeepStrictEqual(
    comparedParts(ignored.reduce(withoutPath, live)),
    comparedParts(ignored.reduce(withoutPath, dryRun)),
  );
}

/** The parts of an object that drift is about. */
export function comparedParts(object: KubeObject): unknown {
  const { labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = object.metadata;
  const body: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) if (!NOT_COMPARED.has(key)) body[key] = value;
  return { labels, annotations, finalizers, ownerReferences, body };
}
