import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { ManifestError } from '../../../api/formats/manifest-error.ts';
import type { DocumentText } from '../../../api/formats/yaml-document.ts';
import { resolvePlainScalar } from '../../../api/formats/yaml-scalar.ts';
import type { ObjectId } from './changes.ts';
import { commentOf, type LeadIn, leadInOf, type Place } from './comments.ts';
import { markerIn } from './marker.ts';

/** A scalar with a marker. */
export interface MarkedScalar {
  readonly place: Place;
  readonly scalar: Scalar.Parsed;
  readonly tag: LeadIn['tag'];
  /** The marker's text. */
  readonly setter: string;
  readonly object: ObjectId;
}

/**
 * Finds the scalars of a document that have a marker, in their order. Keys and what aliases stand for are none. Throws
 * {@link ManifestError} where an alias stands for nothing: nobody could read the document.
 */
export function markedScalars(source: DocumentText, root: YAMLMap.Parsed): MarkedScalar[] {
  const { text } = source;
  const search: Search = { source, text, owners: ownersIn(root), found: [], anchors: new Set(), behind: 0 };
  walk(root, { object: objectIdOf(root), isInFlow: false }, search);
  return search.found;
}

interface Search {
  readonly source: DocumentText;
  readonly text: string;
  /** The items of a list are objects of their own. */
  readonly owners: ReadonlyMap<unknown, ObjectId>;
  readonly found: MarkedScalar[];
  /** Those so far: an alias stands for one above it. */
  readonly anchors: Set<string>;
  behind: number;
}

interface Position {
  readonly object: ObjectId;
  readonly isInFlow: boolean;
  readonly isKey?: boolean;
  readonly item?: NonNullable<Place['item']>;
}

function walk(node: ParsedNode | null, position: Position, search: Search): void {
  if (isAlias(node)) visitAlias(node, search);
  else if (node?.anchor !== undefined) search.anchors.add(node.anchor);
  if (isScalar(node)) visitScalar(node, position, search);
  if (!isMap(node) && !isSeq(node)) return;
  const object = search.owners.get(node) ?? position.object;
  const isInFlow = position.isInFlow || node.flow === true;
  const inside: Position = { object, isInFlow, isKey: position.isKey ?? false };
  if (isSeq(node)) {
    node.items.forEach((item, index) => {
      const block = { ...inside, item: { after: kindOf(node.items[index - 1]) } };
      walk(item as ParsedNode, isInFlow ? inside : block, search);
    });
    return;
  }
  for (const { key, value } of node.items) {
    walk(key as ParsedNode, { ...inside, isKey: true }, search);
    walk(value as ParsedNode | null, inside, search);
  }
}

function visitAlias({ source: name, range }: Alias.Parsed, search: Search): void {
  search.behind = range[1];
  if (search.anchors.has(name)) return;
  const { file, firstLine, text } = search.source;
  const [start] = range;
  const line = firstLine + text.slice(0, start).split('\n').length - 1;
  const column = start - text.lastIndexOf('\n', start - 1);
  throw new ManifestError({ file, line, column }, `unknown anchor ${JSON.stringify(name)}`);
}

function kindOf(node: unknown): NonNullable<Place['item']>['after'] {
  if (node === undefined) return 'nothing';
  return isMap(node) || isSeq(node) ? 'collection' : 'scalar';
}

function visitScalar(scalar: Scalar.Parsed, position: Position, search: Search): void {
  const [start, end] = scalar.range;
  // Nothing at all is null, and no value to set.
  if (start === end) return;
  const { text, behind } = search;
  const isBlock = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
  const { isInFlow, item, isKey, object } = position;
  const place: Place = { text, behind, start, end, isBlock, isInFlow, ...(item && { item }) };
  // Empty lines at the end of a block scalar part it from what follows.
  search.behind = isBlock ? start + text.slice(start, end).trimEnd().length : end;
  if (isKey) return;
  const leadIn = leadInOf(place);
  const comment = commentOf(place, leadIn);
  const setter = comment === undefined ? undefined : markerIn(comment);
  if (setter !== undefined) search.found.push({ place, scalar, tag: leadIn.tag, setter, object });
}

function ownersIn(root: YAMLMap.Parsed): ReadonlyMap<unknown, ObjectId> {
  const items = fieldOf(root, 'items');
  if (textOf(fieldOf(root, 'kind')) !== 'List' || !isSeq(items)) return new Map();
  return new Map(
    items.items.filter((item) => isMap(item)).map((item) => [item, objectIdOf(item as YAMLMap)]),
  );
}

function objectIdOf(root: YAMLMap): ObjectId {
  const metadata = fieldOf(root, 'metadata');
  return {
    apiVersion: textOf(fieldOf(root, 'apiVersion')),
    kind: textOf(fieldOf(root, 'kind')),
    name: textOf(fieldOf(metadata, 'name')),
    namespace: textOf(fieldOf(metadata, 'namespace')),
  };
}

/** The first field of that name, where a key stands twice. */
function fieldOf(node: unknown, name: string): unknown {
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && key.source === name)?.value;
}

function textOf(node: unknown): string {
  if (!isScalar(node as Node)) return '';
  const { source = '', type } = node as Scalar;
  return type === 'PLAIN' && resolvePlainScalar(source) === null ? '' : source;
}
