import { successful } from '../http/client.ts';
import { HttpError } from '../http/error.ts';
import type { Ask } from './client.ts';
import type { RegistryClient, RegistryRequest } from './contract.ts';
import { MANIFEST_TYPES } from './manifest.ts';
import { isDigest, isTag } from './reference.ts';

// Of registries that do not know the question.
const UNKNOWN = [400, 405, 501];

/**
 * Asks for the digest of a tag by a HEAD, which does not count as a pull; of a registry that does not tell it so, by the
 * manifest itself. Undefined when there is no such tag. Throws an {@link HttpError}.
 */
export async function readDigest(
  ask: Ask,
  getManifest: RegistryClient['getManifest'],
  request: RegistryRequest,
  tag: string,
): Promise<string | undefined> {
  if (!isTag(tag)) throw new HttpError('content', `${JSON.stringify(tag.slice(0, 150))} is no tag`);
  const path = `/v2/${request.repository}/manifests/${tag}`;
  const answer = await ask({ ...request, path, method: 'HEAD', accept: MANIFEST_TYPES.join(', ') });
  answer.body.destroy();
  if (answer.status === 404) return undefined;
  const isKnown = !UNKNOWN.includes(answer.status);
  const told = isKnown ? successful(answer).headers['docker-content-digest'] : undefined;
  if (typeof told === 'string' && isDigest(told)) return told;
  return (await getManifest(request, tag))?.digest;
}
