import type { KubeObject } from '../../../api/kube-object.ts';
import { isRecord, type Pointer, withoutPath } from '../../apply/pointer.ts';
import { type Change, jsonDiff } from './json-diff.ts';

/**
 * What an apply would change of an object: all but status and metadata, and of labels and annotations what would be
 * added or replaced (fluxcd/pkg ssa/jsondiff). Others put labels of their own on objects; those never count.
 */
export function driftOf(live: KubeObject, dryRun: KubeObject, ignored: readonly Pointer[] = []): Change[] {
  const [before, after] = [ignored.reduce(withoutPath, live), ignored.reduce(withoutPath, dryRun)];
  const metadata = jsonDiff(comparedMetadata(before), comparedMetadata(after));
  return [...metadata.filter(({ op }) => op !== 'remove'), ...jsonDiff(body(before), body(after))];
}

// The name keeps the mapping from being replaced as a whole where there was neither a label nor an annotation.
function comparedMetadata({ metadata }: KubeObject): object {
  const kept = ['name', 'annotations', 'labels'].filter((field) => isRecord(metadata) && field in metadata);
  return { metadata: Object.fromEntries(kept.map((field) => [field, metadata[field]])) };
}

function body(object: KubeObject): object {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}
