import type { KubeObject } from '../../api/kube-object.ts';
import type { Listener } from './live.ts';

interface Member {
  readonly name: string | undefined;
  readonly listener: Listener;
}

/** Who listens to a reflector, by the name of the object, so that an event costs only those it is for. */
export interface Audience {
  add(name: string | undefined, listener: Listener): Member;
  /** True when it was the last one. */
  remove(member: Member): boolean;
  list(objects: ReadonlyMap<string, KubeObject>): void;
  event(object: KubeObject, isDeleted: boolean): void;
  /** The names that somebody listens for. */
  names(): readonly string[];
}

export function createAudience(): Audience {
  const members = new Map<string | undefined, Set<Member>>();

  return {
    add(name, listener) {
      const member = { name, listener };
      const group = members.get(name) ?? new Set();
      group.add(member);
      members.set(name, group);
      return member;
    },
    remove(member) {
      const group = members.get(member.name);
      if (!group?.delete(member)) return false;
      if (group.size === 0) members.delete(member.name);
      return members.size === 0;
    },
    list(objects) {
      for (const { listener } of [...members.values()].flatMap((group) => [...group])) {
        listener.onList(objects);
      }
    },
    event(object, isDeleted) {
      const { name } = object.metadata;
      const heard = isDeleted ? undefined : object;
      for (const { listener } of members.get(name) ?? []) listener.onEvent(name, heard);
      for (const { listener } of members.get(undefined) ?? []) listener.onEvent(name, heard);
    },
    names: () => [...members.keys()].filter((name) => name !== undefined),
  };
}
