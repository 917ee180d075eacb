import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import {
  hasContent,
  parseYamlDocuments,
  splitDocuments,
  stringifyManifests,
} from '../../../api/formats/manifest-yaml.ts';
import { composeYamlDocument, type DocumentText } from '../../../api/formats/yaml-document.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { isRecord } from '../../apply/pointer.ts';
import { type Edit, editsOf, UnwieldyError, type Wanted } from './edit-map.ts';

/** Labels and annotations that every object is to have. */
export interface CommonMetadata {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/**
 * Sets labels and annotations in the metadata of every object of a stream of manifests, and of every item of a list,
 * as helm-controller's `internal/postrender` does: in no other field. Whatever else is in the text stays byte for byte;
 * only a document whose metadata is anchored, aliased or merged is written anew. Throws a ManifestError.
 */
export async function setMetadata(
  stream: string,
  { labels = {}, annotations = {} }: CommonMetadata,
): Promise<string> {
  const metadata: Wanted = {
    ...(Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
    ...(Object.keys(labels).length > 0 && { labels: sorted(labels) }),
  };
  if (Object.keys(metadata).length === 0) return stream;
  const documents: string[] = [];
  let since = performance.now();
  for (const source of splitDocuments(stream, STREAM)) {
    documents.push(setInDocument(source, { metadata }));
    if (performance.now() - since < TURN_MS) continue;
    await nextTurn();
    since = performance.now();
  }
  return documents.join('');
}

// A chart may render megabytes, which take seconds; the worker has other things to do meanwhile.
const TURN_MS = 50;

/** What errors call the text. */
export const STREAM = 'the rendered manifests';

function sorted(map: Readonly<Record<string, string>>): Wanted {
  return Object.fromEntries(Object.entries(map).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function setInDocument(source: DocumentText, wanted: Wanted): string {
  if (!hasContent(source.text)) return source.text;
  const root = composeYamlDocument(source)?.contents;
  // Nothing else is an object: it is for helm to refuse.
  if (!isMap(root)) return source.text;
  try {
    return edited(
      source.text,
      objectsIn(root).flatMap((object) => editsOf(source.text, object, wanted)),
    );
  } catch (error) {
    if (!(error instanceof UnwieldyError)) throw error;
    return written(source, wanted);
  }
}

/** The mappings that are objects: the document, or the items of a list. */
function objectsIn(node: Node | null): YAMLMap[] {
  if (!isMap(node)) throw new UnwieldyError();
  const items: unknown = node.get('items');
  const isList = String(node.get('kind')).endsWith('List') && node.has('items');
  if (!isList) return [node];
  if (node.anchor !== undefined) throw new UnwieldyError();
  return isSeq(items) && items.anchor === undefined
    ? items.items.flatMap((item) => objectsIn(item as Node | null))
    : [];
}

function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, text: replacement } of edits.toSorted((one, other) => one.start - other.start)) {
    pieces.push(text.slice(done, start), replacement);
    done = end;
  }
  return [...pieces, text.slice(done)].join('');
}

function written(source: DocumentText, wanted: Wanted): string {
  const objects = parseYamlDocuments(source.text, { file: source.file }).map(({ value }) => value);
  return stringifyManifests(objects.map((object) => withWanted(object, wanted) as KubeObject));
}

function withWanted(object: unknown, wanted: Wanted): unknown {
  if (!isRecord(object)) return object;
  const { kind, items } = object;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return { ...object, items: items.map((item: unknown) => withWanted(item, wanted)) };
  return merged(object, wanted);
}

function merged(map: Readonly<Record<string, unknown>>, wanted: Wanted): Record<string, unknown> {
  const result: Record<string, unknown> = { ...map };
  for (const [key, value] of Object.entries(wanted)) {
    const before = result[key];
    result[key] = typeof value === 'string' ? value : merged(isRecord(before) ? before : {}, value);
  }
  return result;
}
