import type { KubeObject } from '../../api/kube-object.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { goDuration, labels, type ObjectName, objectName } from './create-fields.ts';

export interface ImageRepositoryOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly image?: string;
  readonly secretRef?: string;
  readonly certRef?: string;
  readonly scanTimeout?: string;
}

/** The ImageRepository that a command line describes; throws `flux`'s sentences for what is missing or wrong. */
export function imageRepositoryManifest(at: ObjectName, options: ImageRepositoryOptions): KubeObject {
  const name = objectName(at);
  const { image, secretRef, certRef } = options;
  if (!image) throw new Error('an image repository (--image) is required');
  const problem = problemOfImage(image);
  if (problem) throw new Error(`unable to parse image value: ${problem}`);
  const timeout = options.scanTimeout && goDuration('scan-timeout', options.scanTimeout);
  return {
    apiVersion: API_VERSION.ImageRepository,
    kind: Kind.ImageRepository,
    metadata: { ...name, ...labels(options.label) },
    spec: {
      image,
      interval: goDuration('interval', options.interval),
      ...(timeout && timeout !== '0s' && { timeout }),
      ...(secretRef && { secretRef: { name: secretRef } }),
      ...(certRef && { certSecretRef: { name: certRef } }),
    },
  };
}

// `host`, `host:port` or `[address]:port`.
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::[0-9]+)?$/;

/**
 * What is wrong with the name of an image, in the words of go-containerregistry's weak check. A first part without
 * dot and colon that is not `localhost` belongs to the name.
 */
function problemOfImage(image: string): string | undefined {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const repository = hasRegistry ? image.slice(slash + 1) : image;
  if (repository.length < 2 || repository.length > 255) {
    return `repository must be between 2 and 255 characters in length: ${repository}`;
  }
  if (!/^[a-z0-9_./-]+$/.test(repository)) {
    const characters = 'abcdefghijklmnopqrstuvwxyz0123456789_-./';
    return `repository can only contain the characters \`${characters}\`: ${repository}`;
  }
  if (!hasRegistry || AUTHORITY.test(first)) return undefined;
  return `registries must be valid RFC 3986 URI authorities: ${first}`;
}
