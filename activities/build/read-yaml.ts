import { ManifestError, parseManifests, parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { buildFailed } from './build-failed.ts';

/** The objects of a manifest file. Throws BuildFailed naming file and line. */
export function readManifests(text: string, file: string): KubeObject[] {
  return orBuildFailed(file, () => parseManifests(text, { file }));
}

/** The documents of any YAML file of an artifact. Throws BuildFailed naming file and line. */
export function readYaml(text: string, file: string): unknown[] {
  return orBuildFailed(file, () => parseYamlDocuments(text, { file }).map(({ value }) => value));
}

function orBuildFailed<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof ManifestError) throw buildFailed(error.message, { path: file });
    throw error;
  }
}
