import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/kube-object.ts';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf } from '../failures.ts';
import { isAppliedByAnother } from './managed-fields.ts';
import { type Pointer, parsePointer, valueAt, withoutPath, withValue } from './pointer.ts';
import { compileSelector } from './selector.ts';

/** Tells which paths of an object `spec.ignore` leaves alone. */
export type IgnoredPaths = (object: KubeObject) => readonly Pointer[];

/** Compiles `spec.ignore`; throws ReconciliationFailed when a selector or a path does not parse. */
export function compileIgnore(rules: KustomizationSpec['ignore']): IgnoredPaths {
  const compiled = (rules ?? []).map(({ paths, target }) => {
    try {
      return { matches: compileSelector(target), paths: paths.map(compilePath) };
    } catch (error) {
      throw failed(Reason.ReconciliationFailed, `spec.ignore: ${messageOf(error)}`);
    }
  });
  return (object) => compiled.flatMap(({ matches, paths }) => (matches(object) ? paths : []));
}

function compilePath(text: string): Pointer {
  const pointer = parsePointer(text);
  if (!pointer) throw new Error(`invalid JSON pointer "${text}"`);
  return pointer;
}

/**
 * What is sent of an object that exists, so that ignored fields stay as they are: a field that another manager has
 * applied is left out, any other gets the value of the cluster (fluxcd/pkg ssa computeDriftedPaths).
 */
export function resolveIgnored(
  desired: KubeObject,
  live: KubeObject,
  ignored: readonly Pointer[],
): KubeObject {
  return ignored.reduce((object, pointer) => {
    const ours = valueAt(object, pointer);
    const theirs = valueAt(live, pointer);
    if (ours === undefined || isDeepStrictEqual(ours, theirs)) return object;
    const isLeftOut = theirs === undefined || isAppliedByAnother(live, pointer);
    return isLeftOut ? withoutPath(object, pointer) : withValue(object, pointer, theirs);
  }, desired);
}
