import { Reason } from '../../../api/reasons.ts';
import { stalled } from '../../failures.ts';
import { type OciRepository, parseRepository } from '../../fetch/oci/reference.ts';

const DOCKER_HUB = 'index.docker.io';
const OFFICIAL = 'library';
const TAG = /^[\w.-]{1,128}$/;
const DIGEST = /^[^@]*@sha256:[0-9a-f]{64}$/;
const SHORTEST_NAME = 2;

/** The image of an ImageRepository: where it is, and its whole name as statuses have it. */
export interface ImageName extends OciRepository {
  /** `host[:port]/name`; of Docker Hub `index.docker.io/library/name`. */
  readonly canonical: string;
}

/**
 * Reads `spec.image` as go-containerregistry's `name.ParseReference` does, within the names that a registry can have at
 * all. Throws a stalled ImageURLInvalid in Flux's words: also for a scheme, a tag or a digest.
 */
export function readImageName(image: string): ImageName {
  const scheme = image.indexOf('://');
  if (scheme >= 0) {
    const start = image.slice(0, scheme);
    throw invalid(`image '${shown(image)}' should not include URL scheme; remove '${shown(start)}://'`);
  }
  const name = nameOf(withoutTag(image));
  if (name === undefined) throw invalid(`could not parse reference: ${shown(image)}`);
  const rest = image.startsWith(name.host) ? image.slice(name.host.length) : image;
  const tag = rest.split(':')[1];
  if (tag !== undefined) throw invalid(`image '${shown(image)}' should not include a tag; remove ':${tag}'`);
  return name;
}

/** The image without what is refused later, so that its name can be told from one that is none. */
function withoutTag(image: string): string {
  const base = DIGEST.test(image) ? image.slice(0, image.indexOf('@')) : image;
  const colon = base.lastIndexOf(':');
  return colon >= 0 && TAG.test(base.slice(colon + 1)) ? base.slice(0, colon) : base;
}

function nameOf(text: string): ImageName | undefined {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  // As docker reads it: what has neither dot nor colon is no host.
  const hasHost = /[.:]/.test(first);
  const host = hasHost && first !== 'docker.io' ? first : DOCKER_HUB;
  const path = hasHost ? text.slice(slash + 1) : text;
  if (path.length < SHORTEST_NAME) return undefined;
  const name = host === DOCKER_HUB && !path.includes('/') ? `${OFFICIAL}/${path}` : path;
  const found = parseRepository(`${host}/${name}`);
  // What it cleans up, such as a slash at the end, is no name here.
  if (typeof found === 'string' || found.host !== host || found.name !== name) return undefined;
  return { ...found, canonical: `${host}/${name}` };
}

// A password may stand where the host does.
function shown(text: string): string {
  const bare = text.replace(/[^/@]*:[^/@]*@(?!sha256:)/, '***@');
  return bare.length > 300 ? `${bare.slice(0, 300)}…` : bare;
}

function invalid(message: string): Error {
  return stalled(Reason.ImageURLInvalid, message);
}
