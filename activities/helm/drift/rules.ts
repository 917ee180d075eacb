import { isDeepStrictEqual } from 'node:util';
import type { HelmReleaseSpec } from '../../../api/helm-release.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { Annotation, FieldManager } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import { asksFor } from '../../apply/directives.ts';
import { isLeftToOthers } from '../../apply/managed-fields.ts';
import { type Pointer, parsePointer, valueAt, withoutPath, withValue } from '../../apply/pointer.ts';
import { compileSelector } from '../../apply/selector.ts';
import { failed, messageOf } from '../../failures.ts';

type DriftDetection = HelmReleaseSpec['driftDetection'];

/** What `spec.driftDetection.ignore` leaves alone of an object: all of it, or what these paths name. */
export type DriftRules = (object: KubeObject) => 'all' | readonly Pointer[];

/** Compiles `spec.driftDetection.ignore`; throws StateError where a selector does not parse. */
export function compileDriftRules(driftDetection: DriftDetection): DriftRules {
  const rules = (driftDetection?.ignore ?? []).map(({ paths, target }, index) => {
    try {
      return { paths, matches: compileSelector(target) };
    } catch (error) {
      const place = `spec.driftDetection.ignore[${index}].target`;
      throw failed(Reason.StateError, `failed to create ignore rule selector: ${place}: ${messageOf(error)}`);
    }
  });
  return (object) => {
    const paths = rules.flatMap((rule) => (rule.matches(object) ? rule.paths : []));
    // The pointer to the root. A text that is no pointer names nothing, as in Flux.
    if (paths.includes('')) return 'all';
    return paths.map(parsePointer).filter((pointer) => pointer !== undefined);
  };
}

/** Whether the object itself asks, by a label or an annotation, that nobody looks for drift of it. */
export function isExempt(object: KubeObject): boolean {
  return asksFor(object, Annotation.driftDetection, 'disabled');
}

/**
 * What is sent of an object so that its ignored fields stay as they are: what others own is left out, so that their
 * writes meanwhile count; anything else gets the value of the cluster.
 */
export function withIgnored(desired: KubeObject, live: KubeObject, ignored: readonly Pointer[]): KubeObject {
  return ignored.reduce((object, pointer) => {
    const ours = valueAt(object, pointer);
    const theirs = valueAt(live, pointer);
    if (ours === undefined) return object;
    if (theirs === undefined || isLeftToOthers(live, pointer, FieldManager.helm))
      return withoutPath(object, pointer);
    return isDeepStrictEqual(ours, theirs) ? object : withValue(object, pointer, theirs);
  }, desired);
}
