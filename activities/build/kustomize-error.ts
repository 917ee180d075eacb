import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { ApplicationFailure } from '@temporalio/common';
import { ManifestError, parseManifests } from '../../api/formats/manifest-yaml.ts';
import { buildFailed } from './build-failed.ts';
import type { KustomizeInput } from './kustomize.ts';

/**
 * The failure that kustomize's words mean. When a manifest does not parse, our own parser says where:
 * kustomize counts lines from the last `---`.
 */
export async function explain(
  stderr: string,
  copy: string,
  input: KustomizeInput,
): Promise<ApplicationFailure> {
  if (/yaml|missing (?:Resource )?metadata/i.test(stderr)) {
    for (const file of new Set(input.confined.manifests)) {
      const where = await syntaxError(input.root, file);
      if (where !== undefined) return buildFailed(`kustomize build failed: ${where}`, { path: file });
    }
  }
  return buildFailed(`kustomize build failed: ${readable(stderr, copy, input.top.directory)}`);
}

async function syntaxError(root: string, file: string): Promise<string | undefined> {
  try {
    parseManifests(await readFile(join(root, file), 'utf8'), { file });
    return undefined;
  } catch (error) {
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
}

/** kustomize's error on one line, with the paths and objects named as a user knows them and without what objects hold. */
export function readable(stderr: string, copy: string, directory: string): string {
  if (/out of memory|cannot allocate memory/.test(stderr))
    return 'it needed more memory than a build may use';
  const start = stderr.indexOf('Error: ');
  // Warnings come before; without an error it is a crash, whose stack helps nobody.
  const said = start < 0 ? (stderr.split('\n', 1)[0] ?? '') : stderr.slice(start + 'Error: '.length);
  const text = withoutContents(said.replaceAll(copy, '/artifact').replace(/\s+/g, ' ')).trim();
  return innermost(text)
    .replace(/MalformedYAMLError: (?:yaml: )?(.*?) in File: (\S+)/g, (_all, reason: string, file: string) => {
      return `${posix.join(directory, file)}: ${reason}`;
    })
    .replace(/\/artifact\/?([^\s'":]*)/g, (_all, path: string) => path || '.')
    .replace(/may not add resource with an already registered id: /g, 'duplicate object ')
    .replace(ID, object);
}

/** Some errors print the object, the configuration or the patch that they are about: Secrets among them. */
function withoutContents(text: string): string {
  return text
    .replace(/map\[string\]interface \{\}(?:\{.*\}|\(nil\)): /, '')
    .replace(/ with config: `.*`/, '')
    .replace(/(patch(?:es)? from) \[.*\]/, '$1 the kustomization')
    .replace(/(apiVersion, kind and name from:).*/, '$1 an object');
}

/** kustomize tries each resource as a file, then as a directory, and tells of both: one of them was never meant. */
function innermost(text: string): string {
  const isDirectory = /accumulation err='accumulating resources from '[^']*': read \S+: is a directory': /g;
  const isFile = /accumulation err='(.*)': must build at directory: '[^']*': file is not directory/;
  return text
    .replace(isDirectory, '')
    .replace(/(?:accumulating resources: )+/g, '')
    .replace(isFile, '$1')
    .replace(/recursed (?:accumulation of|merging from) path '[^']*': /g, '');
}

// `Deployment.v1.apps/web.prod`: kustomize's resid.ResId; `[noGrp]` and `[noNs]` stand for none.
const ID =
  /\b([A-Z]\w*)\.(?:v\w+|\[noVer\])\.(?:\[noGrp\]|[\w.-]+)\/([\w.:-]+?)\.(\[noNs\]|[a-z0-9-]+)(?![\w.-])/g;

function object(_all: string, kind: string, name: string, namespace: string): string {
  return namespace === '[noNs]' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
