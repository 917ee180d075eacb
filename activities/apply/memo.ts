import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/kube-object.ts';
import { comparedParts } from './compare.ts';
import { type ApplyManager, ownEntry } from './managed-fields.ts';

/**
 * Remembers that the server, asked by a dry run, found nothing to change: objects whose equality cannot be proven
 * here (defaults inside atomic lists, quantities written differently) then cost a request once, not at every pass.
 */
export interface ApplyMemo {
  isKnownUnchanged(desired: KubeObject, live: KubeObject): boolean;
  rememberUnchanged(desired: KubeObject, live: KubeObject): void;
}

interface Known {
  readonly desired: string;
  readonly resourceVersion: string | undefined;
  readonly live: string;
}

/** A memo of at most `limit` objects of one manager; the ones not seen for longest are forgotten first. */
export function createApplyMemo(limit = 20_000, manager?: ApplyManager): ApplyMemo {
  // By UID: an id would mix up clusters, and a namesake that came later.
  const known = new Map<string, Known>();

  function put(uid: string, entry: Known): void {
    known.delete(uid);
    known.set(uid, entry);
    if (known.size <= limit) return;
    const oldest = known.keys().next();
    if (!oldest.done) known.delete(oldest.value);
  }

  return {
    isKnownUnchanged(desired, live) {
      const { uid, resourceVersion } = live.metadata;
      const entry = uid === undefined ? undefined : known.get(uid);
      if (uid === undefined || entry === undefined || entry.desired !== digest(desired)) return false;
      if (entry.resourceVersion !== resourceVersion && entry.live !== liveDigest(live, manager)) return false;
      put(uid, { ...entry, resourceVersion });
      return true;
    },
    rememberUnchanged(desired, live) {
      const { uid, resourceVersion } = live.metadata;
      if (uid === undefined) return;
      put(uid, { desired: digest(desired), resourceVersion, live: liveDigest(live, manager) });
    },
  };
}

// Controllers write status all the time, which moves the resource version and means nothing to us.
function liveDigest(live: KubeObject, manager: ApplyManager | undefined): string {
  return digest([comparedParts(live), ownEntry(live, manager)?.fieldsV1]);
}

function digest(value: unknown): string {
  return createHash('sha1').update(JSON.stringify(value)).digest('base64');
}
