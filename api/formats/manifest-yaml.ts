import type { KubeObject } from '../kube-object.ts';
import { ManifestError } from './manifest-error.ts';
import { type DocumentText, parseYamlDocument } from './yaml-document.ts';

export { ManifestError } from './manifest-error.ts';
export { stringifyManifests, stringifyYaml } from './stringify-manifests.ts';

const MOST_DOCUMENTS = 10_000;

export interface ManifestOptions {
  /** What errors call the text: a path in the artifact. */
  readonly file: string;
  /** Whether the last of equal keys counts, as where charts and values are read; else they are refused. */
  readonly lastKeyWins?: boolean;
}

/** A document's JSON and the line it starts at, from 1. */
export interface YamlDocument {
  readonly value: unknown;
  readonly line: number;
}

/**
 * Reads Kubernetes objects from YAML as Kubernetes does (sigs.k8s.io/yaml). Lists are flattened, documents
 * without content skipped. Integers that a double cannot hold become raw JSON. Duplicate keys and custom
 * tags are refused. Throws {@link ManifestError} with the place, also for what is no object.
 */
export function parseManifests(text: string, options: ManifestOptions): KubeObject[] {
  return parseYamlDocuments(text, options).flatMap(({ value, line }) =>
    objectsOf(value, { file: options.file, line, column: 1 }),
  );
}

/** Reads YAML documents that need not be Kubernetes objects; empty ones are left out. Throws {@link ManifestError}. */
export function parseYamlDocuments(
  text: string,
  { file, lastKeyWins = false }: ManifestOptions,
): YamlDocument[] {
  const documents: YamlDocument[] = [];
  for (const source of splitDocuments(text.replace(/^\ufeff/, ''), file)) {
    if (!hasContent(source.text)) continue;
    if (documents.length >= MOST_DOCUMENTS) {
      const position = { file, line: source.firstLine, column: 1 };
      throw new ManifestError(position, `more than ${MOST_DOCUMENTS} documents`);
    }
    const value = parseYamlDocument({ ...source, lastKeyWins });
    if (value !== null) documents.push({ value, line: source.firstLine + linesBeforeContent(source.text) });
  }
  return documents;
}

/** Cuts at lines that start with `---`, which stay with what follows: inside a document YAML has no such line. */
export function* splitDocuments(text: string, file: string): Generator<DocumentText> {
  const separator = /^---(?=[ \t\r\n]|$)/gm;
  let start = 0;
  let firstLine = 1;
  for (let match = separator.exec(text); match; match = separator.exec(text)) {
    const piece = text.slice(start, match.index);
    yield { text: piece, file, firstLine };
    firstLine += piece.split('\n').length - 1;
    start = match.index;
  }
  yield { text: text.slice(start), file, firstLine };
}

/** Whether a document holds more than comments, directives and document marks. */
export function hasContent(text: string): boolean {
  return /^(?!%|(?:---|\.\.\.)?[ \t]*(?:#.*)?\r?$)/m.test(text);
}

function linesBeforeContent(text: string): number {
  const before = /^(?:(?:---)?[ \t]*(?:#.*)?\r?\n)*/.exec(text)?.[0] ?? '';
  return before.split('\n').length - 1;
}

function objectsOf(value: unknown, position: ManifestError['position']): KubeObject[] {
  if (!isRecord(value)) throw new ManifestError(position, 'not a Kubernetes object');
  const { apiVersion, kind, metadata, items } = value;
  if (!isText(apiVersion)) throw new ManifestError(position, 'apiVersion is missing or not a string');
  if (!isText(kind)) throw new ManifestError(position, 'kind is missing or not a string');
  if (kind === 'List' || (kind.endsWith('List') && Array.isArray(items))) {
    return (Array.isArray(items) ? items : []).flatMap((item) => objectsOf(item, position));
  }
  if (!isRecord(metadata) || !isText(metadata['name'])) {
    throw new ManifestError(position, `metadata.name of this ${kind} is missing or not a string`);
  }
  const { name } = metadata;
  return [{ ...value, apiVersion, kind, metadata: { ...metadata, name } }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
