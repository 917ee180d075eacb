import type { FluxEvent } from '../event.ts';

// Line ends and tabs mean something to readers; the others are refused by some services.
const CONTROL = /[^\P{Cc}\n\r\t]/gu;

/** What an event is about, as `kustomization/apps.flux-system`. */
export function titleOf({ involvedObject: { kind, name, namespace } }: FluxEvent): string {
  return `${kind.toLowerCase()}/${name}.${namespace}`;
}

/** What services show as text: whole characters and no control characters, at most `longest` UTF-16 units. */
export function messageOf(event: FluxEvent, longest: number): string {
  return shorten(clean(event.message), longest);
}

/**
 * Each key with its value: the summary first, the others by name, so that messages look alike. Those for which there is
 * no room in `all` are left out.
 */
export function metadataOf(
  { metadata = {} }: FluxEvent,
  { value: longest, all = Number.POSITIVE_INFINITY }: { readonly value: number; readonly all?: number },
): readonly (readonly [key: string, value: string])[] {
  let left = all;
  return Object.entries(metadata)
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([key, value]) => [shorten(clean(key), LONGEST_KEY), shorten(clean(value), longest)] as const)
    .filter(([key, value]) => {
      const size = key.length + value.length + AROUND;
      if (size > left) return false;
      left -= size;
      return true;
    });
}

/** Cuts between two characters, and shows that it did. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** For texts in which `<`, `>` and `&` begin links, mentions or tags. */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const LONGEST_KEY = 256;
/** What services write around a key and its value, about. */
const AROUND = 8;

function clean(text: string): string {
  return text.toWellFormed().replace(CONTROL, ' ');
}

function rank(key: string): number {
  return key === 'summary' ? 0 : 1;
}
