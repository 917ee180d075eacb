import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { ApplicationFailure } from '@temporalio/common';
import { parseManifests } from '../../api/formats/manifest-yaml.ts';
import { buildFailed, buildFailedAt } from './build-failed.ts';
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
      try {
        parseManifests(await readFile(join(input.root, file), 'utf8'), { file });
      } catch (error) {
        return buildFailedAt('kustomize build failed', error, file);
      }
    }
  }
  return buildFailed(`kustomize build failed: ${readable(stderr, copy, input.top.directory)}`);
}

/** kustomize's error on one line, with the paths and objects named as a user knows them. */
export function readable(stderr: string, copy: string, directory: string): string {
  const text = stderr
    .split('\n')
    .filter((line) => !/^(?:# )?Warning:|^#/.test(line))
    .join(' ')
    .replace(/^.*?Error: /, '')
    .replaceAll(copy, '/artifact');
  return innermost(text)
    .replace(/MalformedYAMLError: (?:yaml: )?(.*?) in File: (\S+)/g, (_all, reason: string, file: string) => {
      return `${posix.join(directory, file)}: ${reason}`;
    })
    .replace(/\/artifact\/?([^\s'":]*)/g, (_all, path: string) => path || '.')
    .replace(/may not add resource with an already registered id: /g, 'duplicate object ')
    .replace(ID, object)
    .replace(/\s+/g, ' ')
    .trim();
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
