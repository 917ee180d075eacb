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
  /**
   * Throws {@link NoKindError} when the server, asked anew, does not know the kind; its `mayBeHidden` tells that the
   * server could not say, since the extension server behind the group does not answer.
   */
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
      readonly freshness?: 'Current' | 'Stale';
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
  let learned: Promise<Kinds> | undefined;
  let learnedAt = 0;

  function learn(): Promise<Kinds> {
    if (learned === undefined) {
      learnedAt = now();
      const learning = readAll(fetchJson);
      learned = learning;
      learning.catch(() => {
        if (learned === learning) learned = undefined;
      });
    }
    return learned;
  }

  async function find(
    group: string,
    pick: (kinds: Kinds) => Resource | undefined,
    missing: (mayBeHidden: boolean) => NoKindError,
  ): Promise<Resource> {
    let kinds = await learn();
    let found = pick(kinds);
    if (!found && now() - learnedAt >= RELEARN_MS) {
      learned = undefined;
      kinds = await learn();
      found = pick(kinds);
    }
    if (!found) throw missing(kinds.staleGroups.has(group));
    return found;
  }

  return {
    resourceFor: (apiVersion, kind) =>
      find(
        groupOf(apiVersion),
        ({ byKind }) => byKind.get(`${apiVersion}/${kind}`),
        (mayBeHidden) => new NoKindError(apiVersion, kind, mayBeHidden),
      ),
    preferred: (group, kind) =>
      find(
        group,
        ({ byKind }) => [...byKind.values()].find((r) => r.kind === kind && groupOf(r.apiVersion) === group),
        (mayBeHidden) => new NoKindError(group === '' ? 'v1' : group, kind, mayBeHidden),
      ),
    reset() {
      learned = undefined;
    },
  };
}

interface Kinds {
  /** By `<apiVersion>/<kind>`, in the order in which the server prefers the versions of a group. */
  readonly byKind: ReadonlyMap<string, Resource>;
  /** Groups whose extension server did not answer the API server. */
  readonly staleGroups: ReadonlySet<string>;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

const ACCEPT = 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList';

async function readAll(fetchJson: (path: string, accept: string) => Promise<unknown>): Promise<Kinds> {
  const byKind = new Map<string, Resource>();
  const staleGroups = new Set<string>();
  const lists = (await Promise.all([
    fetchJson('/api', ACCEPT),
    fetchJson('/apis', ACCEPT),
  ])) as DiscoveryList[];
  for (const group of lists.flatMap((list) => list.items)) {
    if (group.versions.some((v) => v.freshness === 'Stale')) staleGroups.add(group.metadata?.name ?? '');
    addGroup(byKind, group);
  }
  return { byKind, staleGroups };
}

function addGroup(byKind: Map<string, Resource>, group: DiscoveryList['items'][number]): void {
  const name = group.metadata?.name ?? '';
  // The server lists versions in the order it prefers them.
  for (const { version, resources } of group.versions) {
    const apiVersion = name === '' ? version : `${name}/${version}`;
    for (const { resource, scope, responseKind, verbs } of resources ?? []) {
      if (!responseKind) continue;
      const key = `${apiVersion}/${responseKind.kind}`;
      if (byKind.has(key)) continue;
      byKind.set(key, {
        apiVersion,
        kind: responseKind.kind,
        plural: resource,
        namespaced: scope === 'Namespaced',
        verbs,
      });
    }
  }
}
