import { parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';
import { isRecord } from '../apply/pointer.ts';
import type { KubeClient } from '../kube/client.ts';

/**
 * The objects of a text that helm has taken, lists resolved, as fluxcd/pkg ssa `ReadObjects` reads it: what has no
 * name is left out, and so are configurations of kustomize. Throws a ManifestError where the text is no YAML.
 */
export function objectsOf(text: string, file: string): KubeObject[] {
  return parseYamlDocuments(text, { file, lastKeyWins: true }).flatMap(({ value }) => flattened(value));
}

function flattened(value: unknown): KubeObject[] {
  if (!isRecord(value)) return [];
  const { apiVersion, kind, metadata, items } = value;
  if (Array.isArray(items)) return items.flatMap(flattened);
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isRecord(metadata)) return [];
  const { name } = metadata;
  if (apiVersion === '' || kind === '' || typeof name !== 'string' || name === '') return [];
  if (parseApiVersion(apiVersion).group === 'kustomize.config.k8s.io') return [];
  return [{ ...value, apiVersion, kind, metadata: { ...metadata, name } }];
}

export interface Namespaced {
  readonly object: KubeObject;
  /** Why nobody can tell whether the kind is namespaced; the object is then as it was. */
  readonly error?: unknown;
  readonly isNamespaced: boolean | undefined;
}

/** The objects with the namespace of the release where they have none and their kind wants one. */
export async function withNamespaces(
  kube: KubeClient,
  objects: readonly KubeObject[],
  releaseNamespace: string,
): Promise<Namespaced[]> {
  return Promise.all(
    objects.map(async (object) => {
      try {
        const { namespaced } = await kube.discovery.resourceFor(object.apiVersion, object.kind);
        const isComplete = !namespaced || object.metadata.namespace;
        const complete = isComplete
          ? object
          : { ...object, metadata: { ...object.metadata, namespace: releaseNamespace } };
        return { object: complete, isNamespaced: namespaced };
      } catch (error) {
        return { object, isNamespaced: undefined, error };
      }
    }),
  );
}
