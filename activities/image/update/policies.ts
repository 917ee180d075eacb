import { createHash } from 'node:crypto';
import type { ImagePolicy, ImageRef } from '../../../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { compileSelector } from '../../../api/label-selector.ts';
import { API_VERSION, Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import { messageOf, stalled } from '../../failures.ts';
import type { KubeClient } from '../../kube/client.ts';

/** The images that policies chose, by the name of the policy, in the order of the names. */
export type ObservedPolicies = Readonly<Record<string, ImageRef>>;

/**
 * The policies that an automation follows: of its own namespace, by its selector, without those that have not chosen
 * yet. Throws stalled InvalidPolicySelector.
 */
export async function readPolicies(
  kube: KubeClient,
  { metadata, spec }: ImageUpdateAutomation,
): Promise<ObservedPolicies> {
  const isSelected = selectorOf(spec.policySelector);
  const kind = Kind.ImagePolicy;
  const { items } = await kube.list({
    apiVersion: API_VERSION[kind],
    kind,
    namespace: metadata.namespace,
  });
  // Not parsed: of one with a bad field the others must not suffer.
  const policies = items as unknown as readonly ImagePolicy[];
  const chosen = policies.flatMap(({ metadata: { name, labels = {} }, status }) => {
    const latest = status?.latestRef;
    return latest && isSelected(labels) ? [[name, imageOf(latest)] as const] : [];
  });
  return Object.fromEntries(chosen.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function selectorOf(selector: ImageUpdateAutomation['spec']['policySelector']) {
  try {
    return compileSelector(selector);
  } catch (error) {
    const message = `failed to parse policy selector: ${messageOf(error)}; correct spec.policySelector`;
    throw stalled(Reason.InvalidPolicySelector, message);
  }
}

function imageOf({ name, tag, digest }: ImageRef): ImageRef {
  return { name, tag, ...(digest && { digest }) };
}

/** Whether the status tells of an update of this spec with these images. */
export function hasObserved(
  { metadata, status }: ImageUpdateAutomation,
  images: ReadonlyMap<string, ImageRef>,
): boolean {
  const observed = status?.observedPolicies ?? {};
  return (
    status?.observedGeneration === metadata.generation &&
    Object.keys(observed).length === images.size &&
    Object.entries(observed).every(([name, { name: image, tag, digest }]) => {
      const now = images.get(`${metadata.namespace}:${name}`);
      return now?.name === image && now.tag === tag && (now.digest ?? '') === (digest ?? '');
    })
  );
}

/**
 * Names what a commit is for, the same in every attempt at it: an attempt that finds the commit of a lost one knows it
 * by that.
 */
export function reconcileId({ metadata }: ImageUpdateAutomation, policies: ObservedPolicies): string {
  const wanted = JSON.stringify([metadata.uid, metadata.generation, Object.entries(policies).map(refText)]);
  return createHash('sha256').update(wanted).digest('hex').slice(0, 32);
}

function refText([policy, { name, tag, digest }]: readonly [string, ImageRef]): readonly string[] {
  return [policy, name, tag, digest ?? ''];
}
