import { NoKindError } from './errors.ts';

/** Where the objects of a kind live in the API. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface Discovery {
  /** Throws {@link NoKindError} when the server, asked anew, does not know the kind. */
  resourceFor(apiVersion: string, kind: string): Promise<Resource>;
  /** The version that the server prefers for a kind of a group; throws {@link NoKindError}. */
  preferred(group: string, kind: string): Promise<Resource>;
  /** Forgets what was learned: after a CRD was applied. */
  reset(): void;
}

interface DiscoveryList {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: 'Namespaced' | 'Cluster';
        readonly responseKind?: { readonly kind: string };
        readonly verbs: readonly string[];
      }[];
    }[];
  }[];
}

// A missing kind asks the server again, but a build full of them not once for each.
const RELEARN_MS = 2_000;

/** Learns the kinds of the server by aggregated discovery (two requests), once, and again when one is missing. */
export function createDiscovery(
  fetchJson: (path: string, accept: string) => Promise<unknown>,
  now = Date.now,
): Discovery {
  let learned: Promise<ReadonlyMap<string, Resource>> | undefined;
  let learnedAt = 0;

  function learn(): Promise<ReadonlyMap<string, Resource>> {
    if (learned === undefined) {
      learnedAt = now();
      learned = readAll(fetchJson);
      learned.catch(() => (learned = undefined));
    }
    return learned;
  }

  async function find(
    pick: (all: ReadonlyMap<string, Resource>) => Resource | undefined,
  ): Promise<Resource | undefined> {
    const found = pick(await learn());
    if (found || now() - learnedAt < RELEARN_MS) return found;
    learned = undefined;
    return pick(await learn());
  }

  return {
    async resourceFor(apiVersion, kind) {
      const found = await find((all) => all.get(`${apiVersion}/${kind}`));
      if (!found) throw new NoKindError(apiVersion, kind);
      return found;
    },
    async preferred(group, kind) {
      const found = await find((all) =>
        [...all.values()].find((r) => r.kind === kind && groupOf(r.apiVersion) === group),
      );
      if (!found) throw new NoKindError(group === '' ? 'v1' : group, kind);
      return found;
    },
    reset() {
      learned = undefined;
    },
  };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

const ACCEPT = 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList';

async function readAll(
  fetchJson: (path: string, accept: string) => Promise<unknown>,
): Promise<ReadonlyMap<string, Resource>> {
  const all = new Map<string, Resource>();
  for (const list of (await Promise.all([
    fetchJson('/api', ACCEPT),
    fetchJson('/apis', ACCEPT),
  ])) as DiscoveryList[]) {
    for (const group of list.items) addGroup(all, group);
  }
  return all;
}

function addGroup(all: Map<string, Resource>, group: DiscoveryList['items'][number]): void {
  const name = group.metadata?.name ?? '';
  // The server lists versions in the order it prefers them.
  for (const { version, resources } of group.versions) {
    const apiVersion = name === '' ? version : `${name}/${version}`;
    for (const { resource, scope, responseKind, verbs } of resources ?? []) {
      if (!responseKind) continue;
      const entry = {
        apiVersion,
        kind: responseKind.kind,
        plural: resource,
        namespaced: scope === 'Namespaced',
        verbs,
      };
      if (!all.has(`${apiVersion}/${entry.kind}`)) all.set(`${apiVersion}/${entry.kind}`, entry);
    }
  }
}
