import type { ImageRef } from '../../../api/image-policy.ts';

/** What a file must contain to be read at all: these bytes, as image-automation-controller looks for them. */
export const MARKER = '"$imagepolicy"';

/** Of one file: as much as one YAML document may have. Larger ones are left alone and reported. */
export const LARGEST_FILE_BYTES = 5 * 1024 * 1024;

/** Whether a file of this name is one that images are set in: `*.yaml`, `*.yml` and `Kustomization`. */
export function mayHoldMarkers(path: string): boolean {
  return /(?:\.ya?ml|(?:^|\/)Kustomization)$/.test(path);
}

/** What a policy chose. */
export type PolicyImage = ImageRef;

/**
 * The text of the marker that is all of a comment, `namespace:name` with or without a suffix; undefined for other
 * comments. A marker is a JSON object of texts, as kyaml's `fieldmeta` reads it.
 */
export function markerIn(comment: string): string | undefined {
  const json = comment.replace(/^#+/, '');
  if (!/^\s*\{/.test(json)) return undefined;
  let marker: Readonly<Record<string, unknown>>;
  try {
    marker = JSON.parse(json) as typeof marker;
  } catch {
    // Most comments are no JSON, and nothing is wrong with them.
    return undefined;
  }
  const texts = Object.values(marker);
  if (texts.some((text) => typeof text !== 'string' && text !== null)) return undefined;
  const setter = Object.hasOwn(marker, '$imagepolicy') ? marker['$imagepolicy'] : null;
  return typeof setter === 'string' && setter !== '' ? setter : undefined;
}

/** What a marker's scalar has to hold; undefined when it names no policy, or no part of an image. */
export function valueOf(setter: string, images: ReadonlyMap<string, PolicyImage>): string | undefined {
  const whole = images.get(setter);
  if (whole) return `${whole.name}:${whole.tag}${whole.digest ? `@${whole.digest}` : ''}`;
  const colon = setter.lastIndexOf(':');
  const image = images.get(setter.slice(0, colon));
  switch (setter.slice(colon + 1)) {
    case 'name':
      return image?.name;
    case 'tag':
      return image?.tag;
    case 'digest':
      // Without a digest an empty text, which kustomize reads as none.
      return image && (image.digest ?? '');
    default:
      return undefined;
  }
}
