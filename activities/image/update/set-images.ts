import { isMap } from 'yaml';
import { hasContent, ManifestError, splitDocuments } from '../../../api/formats/manifest-yaml.ts';
import { composeYamlDocument, type DocumentText } from '../../../api/formats/yaml-document.ts';
import type { ObjectChange, UpdatedFile } from './changes.ts';
import { type MarkedScalar, markedScalars } from './marked-scalars.ts';
import { LARGEST_FILE_BYTES, MARKER, type PolicyImage, valueOf } from './marker.ts';
import { type Edit, editsFor, isNoString } from './write-scalar.ts';

export interface FileOutcome {
  /** The file with its changes; undefined when nothing is to change. */
  readonly file?: UpdatedFile;
  /** Markers that name none of the policies, in order; they may be for another automation. */
  readonly unknownPolicies: readonly string[];
  /** Why the file is left alone: `<path>:<line>:<column>: <reason>` or `<path>: <reason>`. */
  readonly problem?: string;
}

/**
 * Sets the marked scalars of a YAML file to what the policies chose, by `namespace:name`, as image-automation-controller's
 * `internal/update` does. Outside of these scalars each byte stays. A file that cannot be read as YAML objects is
 * left alone and has a problem.
 */
export function setImages(
  path: string,
  content: Buffer,
  images: ReadonlyMap<string, PolicyImage>,
): FileOutcome {
  if (!content.includes(MARKER)) return { unknownPolicies: [] };
  if (content.length > LARGEST_FILE_BYTES) return problem(`${path}: file is larger than 5 MiB; split it`);
  const text = decode(content);
  if (text === undefined) return problem(`${path}: file is not UTF-8 text`);
  const loneReturn = /\r(?!\n)/.exec(text);
  if (loneReturn) return problem(`${path}:${lineAt(text, loneReturn.index)}: a line ends in CR without LF`);
  try {
    return setInText(path, text, images);
  } catch (error) {
    if (error instanceof ManifestError) return problem(error.message);
    throw error;
  }
}

function problem(sentence: string): FileOutcome {
  return { unknownPolicies: [], problem: sentence };
}

function decode(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    // The decoder says no more than that.
    return undefined;
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function setInText(path: string, text: string, images: ReadonlyMap<string, PolicyImage>): FileOutcome {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const pieces = [mark];
  const changes: ObjectChange[] = [];
  const unknown = new Set<string>();
  const inDocuments = [...splitDocuments(text.slice(mark.length), path)].map((source) => ({
    source,
    marked: markedIn(source).map((scalar) => ({ scalar, value: valueOf(scalar.setter, images) })),
  }));
  for (const { marked } of inDocuments) {
    for (const { scalar, value } of marked) {
      if (value === undefined) unknown.add(scalar.setter);
      else if (value !== scalar.scalar.source) changes.push(changeOf(scalar, value));
    }
  }
  const unknownPolicies = [...unknown];
  if (changes.length === 0) return { unknownPolicies };
  for (const { source, marked } of inDocuments) {
    // Beside a change, what holds the right text but as a number becomes a string too.
    const edits = marked.flatMap(({ scalar, value }) =>
      value !== undefined && (value !== scalar.scalar.source || isNoString(scalar))
        ? editsFor(scalar, value)
        : [],
    );
    pieces.push(edited(source.text, edits));
  }
  return { file: { path, content: Buffer.from(pieces.join('')), changes }, unknownPolicies };
}

function markedIn(source: DocumentText): MarkedScalar[] {
  if (!hasContent(source.text)) return [];
  const root = composeYamlDocument(source)?.contents ?? null;
  if (root === null) return [];
  if (isMap(root)) return markedScalars(source, root);
  const position = { file: source.file, line: source.firstLine, column: 1 };
  throw new ManifestError(
    position,
    'the document is no object, so that no markers are followed in this file',
  );
}

function changeOf({ object, setter, scalar }: MarkedScalar, newValue: string): ObjectChange {
  return { object, change: { setter, oldValue: scalar.source, newValue } };
}

function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, text: replacement } of edits) {
    pieces.push(text.slice(done, start), replacement);
    done = end;
  }
  return [...pieces, text.slice(done)].join('');
}
