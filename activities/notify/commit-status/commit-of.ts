import type { FluxEvent } from '../event.ts';

const COMMIT = /^[0-9a-f]{40}$/i;

/** Where an event says which commit it is about: the first of these keys that it has, as with Flux. */
const KEYS = ['commit', 'originRevision', 'revision'] as const;

/** What an event is about, by its metadata as it is told: `main@sha1:…` for example. */
export function revisionOf({ metadata = {} }: Pick<FluxEvent, 'metadata'>): string | undefined {
  const key = KEYS.find((one) => metadata[one] !== undefined);
  return key && metadata[key];
}

/**
 * The commit of a revision: of `main@sha1:…` and `sha1:…`, the older `main/…` and `HEAD/…`, and of the id alone
 * (`ExtractHashFromRevision` of fluxcd/pkg git). Undefined when it names none.
 */
export function commitOfRevision(revision: string): string | undefined {
  const text = revision.slice(revision.lastIndexOf(revision.includes(':') ? ':' : '/') + 1);
  return COMMIT.test(text) ? text : undefined;
}
