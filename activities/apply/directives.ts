import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';

/** Whether the object asks for something by an annotation or a label; values in any case, as in Flux. */
export function asksFor(object: KubeObject | undefined, key: string, value: string): boolean {
  const { labels, annotations } = object?.metadata ?? {};
  return [labels?.[key], annotations?.[key]].some((found) => found?.toLowerCase() === value);
}

/** Why the object is not to be applied; undefined when it is. Either side may ask for it. */
export function reasonToSkip(desired: KubeObject, live: KubeObject | undefined): string | undefined {
  const either = (key: string, value: string) => asksFor(desired, key, value) || asksFor(live, key, value);
  if (either(Annotation.reconcile, 'disabled')) return `${Annotation.reconcile} is disabled`;
  if (either(Annotation.ssa, 'ignore')) return `${Annotation.ssa} is Ignore`;
  if (live && asksFor(desired, Annotation.ssa, 'ifnotpresent'))
    return `${Annotation.ssa} is IfNotPresent and the object is present`;
  return undefined;
}

/** Whether the fields of other managers are left to them: `ssa: Merge`. */
export function keepsForeignFields(desired: KubeObject, live: KubeObject): boolean {
  return asksFor(desired, Annotation.ssa, 'merge') || asksFor(live, Annotation.ssa, 'merge');
}

/** Whether the object may be deleted and created anew when a change of it is refused as immutable. */
export function allowsRecreation(
  desired: KubeObject,
  live: KubeObject | undefined,
  specForce: boolean,
): boolean {
  if (asksFor(desired, Annotation.force, 'enabled') || asksFor(live, Annotation.force, 'enabled'))
    return true;
  // With its definition go all objects of the kind, whoever made them: only who says so at the definition means it.
  return specForce && desired.kind !== 'CustomResourceDefinition';
}

/** Why the object is never deleted; undefined when it may be. */
export function reasonToKeep(live: KubeObject): string | undefined {
  if (asksFor(live, Annotation.prune, 'disabled')) return `${Annotation.prune} is disabled`;
  if (asksFor(live, Annotation.reconcile, 'disabled')) return `${Annotation.reconcile} is disabled`;
  if (asksFor(live, Annotation.ssa, 'ignore')) return `${Annotation.ssa} is Ignore`;
  return undefined;
}
