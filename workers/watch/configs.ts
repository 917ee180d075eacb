import type { KubeObject } from '../../api/kube-object.ts';
import { key } from './summary.ts';

/** ConfigMaps and Secrets that wake their readers when they change. Only their resource versions are kept. */
export interface Configs {
  replace(kind: string, objects: readonly KubeObject[]): void;
  readonly event: (object: KubeObject, isDeleted: boolean) => void;
  /** For the next holder of the watch, which then sees what changed in between. */
  readonly versions: () => Readonly<Record<string, string>>;
}

/** `remembered` is what an earlier holder beat last; without one, what is there now counts as known. */
export function createConfigs(remembered: unknown, onChange: (config: string) => void): Configs {
  const versions = new Map<string, string>(isVersions(remembered) ? Object.entries(remembered) : []);
  const listed = new Set<string>(isVersions(remembered) ? ['ConfigMap', 'Secret'] : []);

  function see(object: KubeObject, isKnown: boolean): void {
    const id = idOf(object);
    const version = object.metadata.resourceVersion ?? '';
    if (versions.get(id) === version) return;
    versions.set(id, version);
    if (!isKnown) onChange(id);
  }

  function forget(id: string): void {
    if (versions.delete(id)) onChange(id);
  }

  return {
    replace(kind, objects) {
      const isFirst = !listed.has(kind);
      listed.add(kind);
      const present = new Set(objects.map(idOf));
      const gone = [...versions.keys()].filter((id) => id.startsWith(`${kind}/`) && !present.has(id));
      for (const id of gone) forget(id);
      for (const object of objects) see(object, isFirst);
    },
    event(object, isDeleted) {
      if (!isDeleted) return see(object, false);
      forget(idOf(object));
    },
    versions: () => Object.fromEntries(versions),
  };
}

function idOf({ kind, metadata }: KubeObject): string {
  return key(kind, metadata.namespace ?? '', metadata.name);
}

function isVersions(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((version) => typeof version === 'string')
  );
}
