import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import { Label } from '../../api/names.ts';
import { formatObjectId } from '../../api/object-id.ts';
import type { Target } from '../kube/client.ts';
import type { Discovery, Resource } from '../kube/discovery.ts';
import { NoKindError } from '../kube/errors.ts';
import { vanishesWhenDone } from './kinds/job.ts';

/** An object that a wait looks at. */
export interface HealthTarget extends Target {
  /** Its absence is its success: a Job with `ttlSecondsAfterFinished`. */
  readonly vanishesWhenDone?: boolean;
  /** A selector that the object certainly matches: its kind is watched only so far. */
  readonly labelSelector?: string;
}

/** The target as an inventory names it. */
export function idOfTarget({ apiVersion, kind, namespace = '', name }: HealthTarget): string {
  return formatObjectId({ group: parseApiVersion(apiVersion).group, kind, namespace, name });
}

export interface TargetsInput {
  readonly spec: Pick<KustomizationSpec, 'wait' | 'healthChecks'>;
  /** The Kustomization itself: it never waits for its own health. */
  readonly self: { readonly namespace: string; readonly name: string };
  /** What was applied, without the objects that were skipped on a user's wish. */
  readonly applied: readonly HealthTarget[];
  readonly discovery: Pick<Discovery, 'preferred'>;
}

/** The objects that a Kustomization waits for: all it applied, or those of `healthChecks`, or none. */
export async function healthTargets(input: TargetsInput): Promise<readonly HealthTarget[]> {
  const { spec, self, applied, discovery } = input;
  const targets = spec.wait
    ? applied
    : await Promise.all((spec.healthChecks ?? []).map((check) => targetOfCheck(check, self, discovery)));
  return uniqueTargets(targets).filter((target) => !isSelf(target, self));
}

/** `Kind/namespace/name`, or `Kind/name`: how Flux names objects in messages. */
export function describeTarget({ kind, namespace, name }: HealthTarget): string {
  return namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
}

/** The target of an object as it was applied. */
export function targetOfApplied(object: KubeObject): HealthTarget {
  const { namespace, name } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace,
    name,
    // Whoever's it is: so that all Kustomizations of a namespace share a watch.
    labelSelector: Label.ownerName,
    ...(vanishesWhenDone(object) && { vanishesWhenDone: true }),
  };
}

type Check = NonNullable<KustomizationSpec['healthChecks']>[number];

async function targetOfCheck(
  check: Check,
  self: TargetsInput['self'],
  discovery: TargetsInput['discovery'],
): Promise<HealthTarget> {
  const { kind, name } = check;
  const resource = await resourceOfCheck(check, discovery);
  // A kind that is not served yet counts as not found until its CRD is there.
  const apiVersion = resource?.apiVersion ?? (check.apiVersion || DEFAULT_API_VERSION);
  const namespace = (resource?.namespaced ?? true) ? check.namespace || self.namespace : undefined;
  return { apiVersion, kind, namespace, name };
}

// What an entry without an apiVersion has meant since Flux's v1beta1.
const DEFAULT_API_VERSION = 'apps/v1';

/** The version of an entry says nothing, as in Flux: the group's preferred one is read. */
async function resourceOfCheck(
  check: Check,
  discovery: TargetsInput['discovery'],
): Promise<Resource | undefined> {
  const groups = check.apiVersion ? [parseApiVersion(check.apiVersion).group] : ['apps', '', 'batch'];
  for (const group of groups) {
    try {
      return await discovery.preferred(group, check.kind);
    } catch (error) {
      if (!(error instanceof NoKindError)) throw error;
    }
  }
  return undefined;
}

function isSelf(target: HealthTarget, self: TargetsInput['self']): boolean {
  return (
    target.kind === 'Kustomization' &&
    parseApiVersion(target.apiVersion).group === 'kustomize.toolkit.fluxcd.io' &&
    target.name === self.name &&
    target.namespace === self.namespace
  );
}

function uniqueTargets(targets: readonly HealthTarget[]): readonly HealthTarget[] {
  const byKey = new Map<string, HealthTarget>();
  for (const target of targets) {
    const { group } = parseApiVersion(target.apiVersion);
    byKey.set(`${group}/${target.kind}/${target.namespace ?? ''}/${target.name}`, target);
  }
  return [...byKey.values()];
}
