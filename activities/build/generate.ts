import { posix } from 'node:path';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import { applySpec } from './apply-spec.ts';
import { buildFailed } from './build-failed.ts';
import { entryInside, PathError, resolveInside } from './inside.ts';
import {
  findKustomizationFile,
  type KustomizationContent,
  listOf,
  readKustomizationFile,
} from './kustomization-file.ts';
import { refusalOf } from './refusals.ts';
import { looksRemote } from './remote.ts';
import { scanManifests } from './scan.ts';

/** The kustomization at a Kustomization's path, with the spec's fields in it. */
export interface TopKustomization {
  /** Relative to the artifact's root. */
  readonly directory: string;
  readonly file: string;
  readonly content: KustomizationContent;
  /** There is neither a kustomization file nor anything to generate one of: kustomize would refuse that. */
  readonly isEmpty: boolean;
}

/**
 * Reads or generates the kustomization of `directory` and merges the spec into it, all but `targetNamespace`
 * (fluxcd/pkg kustomize, Generator.GenerateManifest). Throws BuildFailed.
 */
export async function topKustomization(
  root: string,
  directory: string,
  spec: KustomizationSpec,
): Promise<TopKustomization> {
  const components = await componentsOf(root, directory, spec);
  const file = await findKustomizationFile(root, directory);
  if (file === undefined) {
    const resources = await scanManifests(root, directory);
    const content = { ...HEADER, ...(resources.length > 0 && { resources }) };
    return {
      directory,
      file: posix.join(directory, 'kustomization.yaml'),
      content: applySpec(content, spec, components),
      isEmpty: resources.length === 0 && components.length === 0,
    };
  }
  const content = await readKustomizationFile(root, file);
  const refusal = refusalOf(content);
  if (refusal !== undefined) throw buildFailed(`${file}: ${refusal}`, { path: file });
  return { directory, file, content: applySpec(withOrigin(content), spec, components), isEmpty: false };
}

const HEADER = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' } as const;

/** Flux keeps kustomize from calling a file without resources empty in this way, and its objects show it. */
function withOrigin(content: KustomizationContent): KustomizationContent {
  return listOf(content['resources']).length > 0
    ? content
    : { ...content, buildMetadata: ['originAnnotations'] };
}

/** The components of the spec that are there. A missing one is an error unless the spec says otherwise. */
async function componentsOf(root: string, directory: string, spec: KustomizationSpec): Promise<string[]> {
  const found: string[] = [];
  for (const component of spec.components ?? []) {
    if (component.startsWith('/') || /^https?:/i.test(component) || looksRemote(component))
      throw buildFailed(`component path '${component}' must be local and relative`);
    try {
      await entryInside(root, resolveInside(directory, component));
      found.push(component);
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      if (error.why === 'missing' && spec.ignoreMissingComponents) continue;
      throw buildFailed(`component path '${component}' of the Kustomization ${PATH_WORDS[error.why]}`);
    }
  }
  return found;
}

const PATH_WORDS = {
  missing: 'does not exist in the artifact',
  outside: 'is outside the artifact',
  link: 'leads through a symbolic link',
} as const;
