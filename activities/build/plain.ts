import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { formatObjectId, objectId } from '../../api/object-id.ts';
import { buildFailed } from './build-failed.ts';
import type { Confined } from './confine.ts';
import { readManifests } from './read-yaml.ts';

// kustomize reads manifests by go-yaml v3, everybody else by v2: words for booleans stay text there, dates get a
// time. Tags, aliases and infinities are rare enough to be left to it as well.
const READ_DIFFERENTLY = [
  /(?:^[ \t]*|[:\-?,[{][ \t]+|[,[{])(?:y|n|yes|no|on|off)[ \t\r]*(?:$|[,\]}]|:\s|[ \t]#)/im,
  /[:\-,[{][ \t]*\d{4}-\d\d?-\d\d?/,
  /[:\-,[{][ \t]*[-+]?\.(?:inf|nan)/i,
  /(?:^|[\s:,[{-])[*&!][^\s,[\]{}]/m,
  /<<[ \t]*:|^%|[\u0085\u2028\u2029]/m,
];

const KUSTOMIZE_ANNOTATIONS =
  /(?:^|\.)(?:config\.kubernetes\.io|kustomize\.config\.k8s\.io|config\.k8s\.io)\//;

/**
 * The objects of kustomizations that do nothing but list manifests, without a process; undefined when kustomize
 * could make something else of them. Throws BuildFailed naming file and line.
 */
export async function buildPlain(root: string, confined: Confined): Promise<KubeObject[] | undefined> {
  if (!confined.isPlain) return undefined;
  const objects: KubeObject[] = [];
  const fileOf = new Map<string, string>();
  for (const file of confined.manifests) {
    const text = await readFile(join(root, file), 'utf8');
    if (READ_DIFFERENTLY.some((pattern) => pattern.test(text))) return undefined;
    for (const object of readManifests(text, file)) {
      if (isForKustomize(object)) return undefined;
      const id = formatObjectId(objectId(object));
      const before = fileOf.get(id);
      if (before !== undefined) throw duplicate(object, before, file);
      fileOf.set(id, file);
      objects.push(object);
    }
  }
  return objects;
}

/** Whether an object speaks to kustomize: asks to be left out, hashed or merged, or has what it would mend. */
function isForKustomize({ apiVersion, metadata }: KubeObject): boolean {
  const { annotations = {}, labels = {}, namespace } = metadata;
  return (
    apiVersion.includes('kustomize.config.k8s.io') ||
    !isOfTexts(annotations) ||
    !isOfTexts(labels) ||
    (namespace !== undefined && typeof namespace !== 'string') ||
    Object.keys(annotations).some((name) => KUSTOMIZE_ANNOTATIONS.test(name))
  );
}

function isOfTexts(map: unknown): boolean {
  return (
    typeof map === 'object' && map !== null && Object.values(map).every((value) => typeof value === 'string')
  );
}

function duplicate(object: KubeObject, first: string, second: string) {
  const where = first === second ? `twice in ${first}` : `in ${first} and in ${second}`;
  return buildFailed(`duplicate object ${describeObject(object)}: it is ${where}`, {
    path: second,
    object: describeObject(object),
  });
}
