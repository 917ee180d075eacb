import type { ListQuery, Target } from './contract.ts';
import type { Discovery, Resource } from './discovery.ts';

/** The URL path of a kind's collection, in one namespace or in all. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.apiVersion.includes('/')
    ? `/apis/${resource.apiVersion}`
    : `/api/${resource.apiVersion}`;
  return resource.namespaced && namespace
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`
    : `${root}/${resource.plural}`;
}

/** The URL path of one object; throws NoKindError. */
export async function objectPath(
  discovery: Discovery,
  target: Target,
  subresource?: string,
): Promise<string> {
  const resource = await discovery.resourceFor(target.apiVersion, target.kind);
  const path = `${collectionPath(resource, target.namespace)}/${encodeURIComponent(target.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

/** The URL path of a list or watch with its selectors and `more` parameters; throws NoKindError. */
export async function listPath(
  discovery: Discovery,
  query: ListQuery,
  more: Readonly<Record<string, string>>,
): Promise<string> {
  const resource = await discovery.resourceFor(query.apiVersion, query.kind);
  const search = new URLSearchParams(more);
  if (query.labelSelector) search.set('labelSelector', query.labelSelector);
  if (query.fieldSelector) search.set('fieldSelector', query.fieldSelector);
  return `${collectionPath(resource, query.namespace)}?${search.toString()}`;
}
