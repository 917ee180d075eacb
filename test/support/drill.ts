import { expect } from 'vitest';
import type { Kustomization } from '../../api/kustomization.ts';
import { Label } from '../../api/names.ts';
import { parseObjectId } from '../../api/object-id.ts';
import { configMap, type FluxHome, fluxHome } from './flux.ts';
import type { StackAddresses } from './stack.ts';

/** ConfigMaps by name, each with one value. */
export type Maps = Readonly<Record<string, string>>;

const named = (prefix: string, count: number, value: string): Maps =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}-${i}`, value]));

/** Three revisions of twenty objects: the second removes, adds and changes five; the third drops what the second added. */
export const A: Maps = { ...named('keep', 10, 'a'), ...named('change', 5, 'a'), ...named('gone', 5, 'a') };
export const B: Maps = { ...named('keep', 10, 'a'), ...named('change', 5, 'b'), ...named('added', 5, 'b') };
export const C: Maps = { ...named('keep', 10, 'a'), ...named('change', 5, 'c'), ...named('late', 5, 'c') };

/** A Kustomization `app` of ConfigMaps, with what must hold of it whatever dies. */
export class Drill {
  readonly home: FluxHome;

  constructor(home: FluxHome) {
    this.home = home;
  }

  /** Commits these ConfigMaps and nothing else; resolves to the revision. */
  push(maps: Maps): Promise<string> {
    const manifests = Object.entries(maps).map(([name, value]) => configMap(name, { value }));
    return this.home.push({ 'app/maps.yaml': manifests.join('---\n') });
  }

  /** Asks for a fetch, as a webhook or `flux reconcile source` does, and waits for nothing. */
  async fetch(): Promise<void> {
    await this.home.request('GitRepository', 'home');
  }

  /** What the cluster has of this owner, by its labels. */
  async live(): Promise<Maps> {
    const { namespace, kube } = this.home;
    const { items } = await kube.list({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      labelSelector: `${Label.ownerName}=app,${Label.ownerNamespace}=${namespace}`,
    });
    const entries = items.map(({ metadata, ...object }) => {
      const { value } = object['data'] as { value: string };
      return [metadata.name, value] as const;
    });
    return Object.fromEntries(entries);
  }

  /** The names in the inventory, in its order. */
  async inventory(): Promise<readonly string[]> {
    return inventoryNames(await this.home.get('Kustomization', 'app'));
  }

  /** No object of ours is unknown to the inventory: true at every instant, whoever was killed. */
  async expectNoOrphans(): Promise<void> {
    // Read before the inventory: what comes in between is in it already.
    const live = Object.keys(await this.live());
    const known = new Set(await this.inventory());
    expect(live.filter((name) => !known.has(name))).toEqual([]);
  }

  /** Ready at the revision, and cluster and inventory are exactly these objects. */
  async expectConverged(maps: Maps, revision: string, timeout = 45_000): Promise<void> {
    const state = async () => {
      const { status, metadata } = await this.home.get('Kustomization', 'app');
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return {
        ready: ready?.status,
        message: ready?.message,
        revision: status?.lastAppliedRevision,
        isObserved: status?.observedGeneration === metadata.generation,
      };
    };
    await expect
      .poll(state, { timeout, interval: 50 })
      .toMatchObject({ ready: 'True', revision, isObserved: true });
    expect(await this.live()).toEqual(maps);
    expect([...(await this.inventory())].sort()).toEqual(Object.keys(maps).sort());
  }
}

/** A drill for the running test: its own namespace, repository and Kustomization, with the objects pushed. */
export async function drill(stack: StackAddresses, maps: Maps, spec: object = {}): Promise<Drill> {
  const created = new Drill(await fluxHome({ stack, source: false }));
  await created.push(maps);
  await created.home.source();
  await created.home.kustomization('app', { path: './app', ...spec });
  return created;
}

export function inventoryNames({ status }: Kustomization): readonly string[] {
  return (status?.inventory?.entries ?? []).map(({ id }) => parseObjectId(id)?.name ?? id);
}
