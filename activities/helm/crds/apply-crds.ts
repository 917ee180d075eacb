import type { HelmRelease } from '../../../api/helm-release.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { FieldManager, Label } from '../../../api/names.ts';
import { awaitDefinitions } from '../../apply/definitions.ts';
import { isCrd } from '../../apply/stages.ts';
import { messageOf } from '../../failures.ts';
import type { KubeClient } from '../../kube/client.ts';
import { targetOf } from '../../kube/client.ts';
import { isTransient } from '../../kube/errors.ts';
import type { CrdFile } from '../chart/read-chart.ts';
import { objectsOf } from '../manifest.ts';

export interface ApplyCrdsOptions {
  readonly object: Pick<HelmRelease, 'metadata' | 'spec'>;
  readonly action: 'install' | 'upgrade';
  /** Ends it between two requests, by throwing its reason. */
  readonly signal: AbortSignal;
}

export interface AppliedCrds {
  /** Names of the definitions that were created or applied. */
  readonly applied: readonly string[];
  /** `Kind/name` of what is in `crds/` and no definition: it is left out. */
  readonly ignored: readonly string[];
}

/**
 * Creates the definitions of a chart where they are missing, or keeps them applied, as the policy of the action says,
 * and waits until the server serves them (helm-controller `internal/action/crds.go`). None is ever deleted, nor is one
 * changed that is there under the policy `Create`. Throws an Error that names the definition; an outage as it is.
 */
export async function applyCrds(
  kube: KubeClient,
  crds: readonly CrdFile[],
  { object, action, signal }: ApplyCrdsOptions,
): Promise<AppliedCrds> {
  const policy = policyOf(object.spec, action);
  if (policy === 'Skip' || crds.length === 0) return { applied: [], ignored: [] };
  const objects = crds.flatMap(({ path, content }) => objectsOf(content, path));
  const definitions = objects.filter(isCrd).map((crd) => withOrigin(crd, object));
  const answers: KubeObject[] = [];
  for (const crd of definitions) {
    signal.throwIfAborted();
    const answer = await bring(kube, crd, policy);
    if (answer) answers.push(answer);
  }
  await served(kube, answers, signal);
  return {
    applied: answers.map(({ metadata }) => metadata.name),
    ignored: objects.filter((found) => !isCrd(found)).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  };
}

type Policy = 'Skip' | 'Create' | 'CreateReplace';

// An upgrade without a policy creates as well: so does helm-controller, whatever its documentation says.
function policyOf({ install, upgrade }: HelmRelease['spec'], action: 'install' | 'upgrade'): Policy {
  if (action === 'upgrade') return upgrade?.crds ?? 'Create';
  return install?.crds ?? (install?.skipCRDs ? 'Skip' : 'Create');
}

function withOrigin(crd: KubeObject, { metadata }: Pick<HelmRelease, 'metadata'>): KubeObject {
  const labels = {
    ...crd.metadata.labels,
    [Label.releaseName]: metadata.name,
    [Label.releaseNamespace]: metadata.namespace,
  };
  // What the server keeps for itself, and generators write into their files, cannot be applied.
  const { status: _status, ...rest } = crd;
  const { creationTimestamp: _time, ...own } = crd.metadata;
  return { ...rest, metadata: { ...own, name: crd.metadata.name, labels } };
}

async function bring(kube: KubeClient, crd: KubeObject, policy: Policy): Promise<KubeObject | undefined> {
  try {
    if (policy === 'Create' && (await kube.get(targetOf(crd))) !== undefined) return undefined;
    return await kube.apply(crd, { fieldManager: FieldManager.helm });
  } catch (error) {
    if (isTransient(error)) throw error;
    const what = policy === 'Create' ? 'create' : 'update';
    throw new Error(`failed to ${what} CustomResourceDefinition ${crd.metadata.name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function served(kube: KubeClient, applied: readonly KubeObject[], signal: AbortSignal): Promise<void> {
  try {
    await awaitDefinitions(kube, applied, applied.flatMap(servedKinds), signal);
  } catch (error) {
    if (signal.aborted || isTransient(error)) throw error;
    throw new Error(`failed to wait for CustomResourceDefinition(s): ${messageOf(error)}`, { cause: error });
  }
}

/** An object of each kind that a definition serves: helm asks for them as soon as it starts. */
function servedKinds({ metadata, spec }: KubeObject): KubeObject[] {
  const { group, names, versions } = spec as Definition;
  return versions
    .filter(({ served: isServed }) => isServed)
    .map(({ name }) => ({ apiVersion: `${group}/${name}`, kind: names.kind, metadata }));
}

/** The API server has accepted it: the fields are there. */
interface Definition {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}
