import { celResult } from '../../../api/formats/cel-value.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { API_VERSION, Kind } from '../../../api/object-ref.ts';
import type { ReceiverSpec } from '../../../api/receiver.ts';
import type { KubeClient, Target } from '../../kube/client.ts';
import type { Accepted, Recipient } from './contract.ts';

type Resource = ReceiverSpec['resources'][number];

/** Kinds whose version may be left out: those of notification-controller's `defaultFluxAPIVersions`. */
const DEFAULT_API_VERSIONS: Readonly<Partial<Record<Resource['kind'], string>>> = {
  Bucket: 'source.toolkit.fluxcd.io/v1',
  HelmChart: 'source.toolkit.fluxcd.io/v1',
  HelmRepository: 'source.toolkit.fluxcd.io/v1',
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  OCIRepository: 'source.toolkit.fluxcd.io/v1',
  ImageRepository: 'image.toolkit.fluxcd.io/v1',
  ArtifactGenerator: 'source.extensions.fluxcd.io/v1beta1',
};

export interface FindOptions {
  readonly kube: Pick<KubeClient, 'get' | 'listMetadata'>;
  readonly noCrossNamespaceRefs: boolean;
}

/** Objects that a webhook is about, and what went wrong with some of the resources. */
export interface FoundObjects {
  readonly targets: readonly Target[];
  readonly errors: readonly Error[];
}

// All that one webhook may make us work out: its sender chooses the values.
const LONGEST_FILTERING_MS = 1_000;

/** Finds the objects of all resources that the filters let through; a resource that fails keeps no other from it. */
export async function findResources(
  { receiver, expressions }: Pick<Recipient, 'receiver' | 'expressions'>,
  { req, claims }: Pick<Accepted, 'req' | 'claims'>,
  options: FindOptions,
): Promise<FoundObjects> {
  // As they are, so that all numbers are doubles: as notification-controller reads JSON.
  const said = { req: celResult(req), ...(claims && { claims: celResult(claims) }) };
  const budget = createBudget();
  const targets: Target[] = [];
  const errors: Error[] = [];
  const { resources } = receiver.spec;
  for (const [index, resource] of resources.entries()) {
    const filters = expressions.filters[index] ?? [];
    const see = (object: KubeObject): void => {
      const { apiVersion, kind, metadata } = object;
      const res = celResult({ apiVersion, kind, metadata });
      if (budget(() => filters.every((holds) => holds({ ...said, res })))) targets.push(targetOf(object));
    };
    try {
      // In their order, up to one of which it cannot be told.
      for (const object of await objectsOf(resource, receiver.metadata.namespace, options)) see(object);
    } catch (error) {
      errors.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { targets, errors };
}

/** Throws once all that it was given took too long. */
function createBudget(): <T>(work: () => T) => T {
  let spentMs = 0;
  return (work) => {
    if (spentMs > LONGEST_FILTERING_MS) {
      throw new Error(`the filters of the Receiver took longer than ${LONGEST_FILTERING_MS} ms`);
    }
    const started = performance.now();
    const result = work();
    spentMs += performance.now() - started;
    return result;
  };
}

async function objectsOf(
  resource: Resource,
  ownNamespace: string,
  { kube, noCrossNamespaceRefs }: FindOptions,
): Promise<readonly KubeObject[]> {
  const { kind, name, matchLabels } = resource;
  const namespace = resource.namespace || ownNamespace;
  if (noCrossNamespaceRefs && namespace !== ownNamespace)
    throw new Error('cross-namespace references are not allowed');
  const apiVersion = servedVersion(kind, resource.apiVersion || DEFAULT_API_VERSIONS[kind]);
  if (name !== '*') {
    const object = await kube.get({ apiVersion, kind, namespace, name });
    if (!object) throw new Error(`unable to read ${kind} "${namespace}/${name}" error: not found`);
    return [{ ...object, apiVersion, kind }];
  }
  if (!matchLabels) throw new Error("matchLabels field not set when using wildcard '*' as name");
  const labelSelector = Object.entries(matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await kube.listMetadata({ apiVersion, kind, namespace, labelSelector });
  return items.map((item) => ({ ...item, apiVersion, kind }));
}

/** The version in which we have the kind, whichever of the group is named. */
function servedVersion(kind: string, apiVersion: string | undefined): string {
  if (!apiVersion) throw new Error(`apiVersion must be specified for kind "${kind}"`);
  const ours = reconciledKind({ apiVersion, kind });
  return ours ? API_VERSION[ours] : apiVersion;
}

/** The kind of an object that we reconcile; undefined for those of others. */
export function reconciledKind({ apiVersion, kind }: Pick<Target, 'apiVersion' | 'kind'>): Kind | undefined {
  const ours = Object.values(Kind).find((known) => known === kind);
  return ours && groupOf(API_VERSION[ours]) === groupOf(apiVersion) ? ours : undefined;
}

function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
}

function targetOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): Target {
  return { apiVersion, kind, namespace, name };
}
