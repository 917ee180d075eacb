import type { KubeObject } from '../../api/kube-object.ts';
import { withTransport } from './raw-request.ts';
import type { Session } from './session.ts';

/** An object as a person names it: `deploy/web`, `Deployment/web`, `deployments.apps/web`. */
export interface NamedObject {
  readonly resource: string;
  readonly name: string;
}

interface DiscoveryList {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly DiscoveredResource[];
    }[];
  }[];
}

interface DiscoveredResource {
  readonly resource: string;
  readonly singularResource?: string;
  readonly shortNames?: readonly string[];
  readonly responseKind?: { readonly kind: string };
}

const ACCEPT = 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList';

/** Reads an object whose resource is named like for `kubectl`: by plural, singular, kind or short name. */
export async function findNamed(session: Session, { resource, name }: NamedObject): Promise<KubeObject> {
  const { apiVersion, kind, plural } = await resolveResource(session, resource);
  const kube = await session.kube();
  const object = await kube.get({ apiVersion, kind, namespace: session.flags.namespace, name });
  if (!object) throw new Error(`${plural} "${name}" not found`);
  return object;
}

interface ResolvedResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

async function resolveResource(session: Session, word: string): Promise<ResolvedResource> {
  const dot = word.indexOf('.');
  const [resource, group] = dot < 0 ? [word, undefined] : [word.slice(0, dot), word.slice(dot + 1)];
  const groups = (await discover(session)).flatMap((list) => list.items);
  for (const item of groups) {
    if (group !== undefined && group !== item.metadata?.name) continue;
    const found = findIn(item, resource.toLowerCase());
    if (found) return found;
  }
  throw new Error(`the server doesn't have a resource type "${word}"`);
}

function findIn(item: DiscoveryList['items'][number], word: string): ResolvedResource | undefined {
  const group = item.metadata?.name ?? '';
  // The first version is the preferred one.
  const [version] = item.versions;
  const found = version?.resources?.find((known) => isCalled(known, word));
  if (!version || !found?.responseKind) return undefined;
  return {
    apiVersion: group === '' ? version.version : `${group}/${version.version}`,
    kind: found.responseKind.kind,
    plural: group === '' ? found.resource : `${found.resource}.${group}`,
  };
}

function isCalled(resource: DiscoveredResource, word: string): boolean {
  const { resource: plural, singularResource, shortNames = [], responseKind } = resource;
  return [plural, singularResource, responseKind?.kind.toLowerCase(), ...shortNames].includes(word);
}

async function discover(session: Session): Promise<readonly DiscoveryList[]> {
  const texts = await withTransport(session, (transport) =>
    Promise.all(['/api', '/apis'].map((path) => transport.send({ method: 'GET', path, accept: ACCEPT }))),
  );
  return texts.map((text) => JSON.parse(text) as DiscoveryList);
}
