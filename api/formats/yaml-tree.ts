import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { bigInteger } from './big-integer.ts';
import { keyText, resolvePlainScalar, type ScalarValue } from './yaml-scalar.ts';

/** How many values aliases may stand for in one document: a few lines can ask for billions. */
const MOST_ALIASED = 10_000;

/** A converted node, and how many values it holds. */
interface Converted {
  readonly value: unknown;
  readonly size: number;
  /** Of a mapping: what a merge takes over. */
  readonly members?: ReadonlyMap<string, Converted>;
}

export interface TreeOptions {
  /** Makes the error for an offset in the text. */
  readonly fault: (offset: number, reason: string) => Error;
  /** The end of a text that does not end in a line break. */
  readonly cutAt: number | undefined;
  /** Whether the last of equal keys counts instead of being refused. */
  readonly lastKeyWins: boolean;
}

interface Conversion extends TreeOptions {
  /** Undefined while the anchored node itself is being read. */
  readonly anchors: Map<string, Converted | undefined>;
  aliased: number;
}

/**
 * The JSON of a tree whose scalars are still text, as sigs.k8s.io/yaml converts it. Aliases share what they
 * stand for. Throws what `fault` makes.
 */
export function toJson(node: Node, options: TreeOptions): unknown {
  return convert(node, { ...options, anchors: new Map(), aliased: 0 }).value;
}

function convert(node: unknown, conversion: Conversion): Converted {
  if (node === null || node === undefined) return { value: null, size: 1 };
  if (isAlias(node)) return dereference(node, conversion);
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) conversion.anchors.set(anchor, undefined);
  const converted = convertOwn(node, conversion);
  if (anchor !== undefined) conversion.anchors.set(anchor, converted);
  return converted;
}

function convertOwn(node: unknown, conversion: Conversion): Converted {
  if (isScalar(node)) return { value: jsonScalar(node, conversion), size: 1 };
  if (isMap(node)) return convertMap(node, conversion);
  if (!isSeq(node)) throw new Error('a YAML tree holds scalars, maps, sequences and aliases');
  expectTag(node, 'seq', conversion);
  const items = node.items.map((item) => convert(item, conversion));
  return { value: items.map(({ value }) => value), size: sum(items) };
}

function dereference(alias: Node & { readonly source: string }, conversion: Conversion): Converted {
  const { anchors, fault } = conversion;
  if (!anchors.has(alias.source)) throw fault(offsetOf(alias), `unknown anchor "${alias.source}"`);
  const target = anchors.get(alias.source);
  if (!target) throw fault(offsetOf(alias), `anchor "${alias.source}" contains itself`);
  conversion.aliased += target.size;
  if (conversion.aliased > MOST_ALIASED) throw fault(offsetOf(alias), 'aliases stand for too much');
  return target;
}

function convertMap(map: YAMLMap, conversion: Conversion): Converted {
  expectTag(map, 'map', conversion);
  const members = new Map<string, Converted>();
  const written = new Set<string>();
  for (const pair of map.items) {
    if (isMergeKey(pair.key)) {
      merge(pair, members, conversion);
      continue;
    }
    const key = convertKey(pair, conversion);
    if (written.has(key) && !conversion.lastKeyWins)
      throw conversion.fault(offsetOf(pair.key), `duplicate key ${JSON.stringify(key)}`);
    written.add(key);
    members.set(key, convert(pair.value, conversion));
  }
  const entries = [...members].map(([key, { value }]) => [key, value] as const);
  // fromEntries defines properties, so that a key "__proto__" is one like any other.
  return { value: Object.fromEntries(entries), size: sum(members.values()), members };
}

function convertKey(pair: Pair, conversion: Conversion): string {
  const target = isAlias(pair.key) ? undefined : pair.key;
  const value: ScalarValue | undefined = isScalar(target)
    ? resolveScalar(target, conversion)
    : scalarOf(convert(pair.key, conversion).value);
  if (isScalar(target) && target.anchor !== undefined) convert(target, conversion);
  const key = value === undefined ? undefined : keyText(value);
  if (key === undefined) throw conversion.fault(offsetOf(pair.key), 'this cannot be a key in JSON');
  return key;
}

/** An aliased key: JSON has lost whether a number was written as an integer, whole ones are taken for such. */
function scalarOf(value: unknown): ScalarValue | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN' && key.tag === undefined;
}

/** What is merged replaces keys that stand before it and yields to keys behind it, as in go.yaml.in/yaml/v2. */
function merge(pair: Pair, members: Map<string, Converted>, conversion: Conversion): void {
  // Of a sequence the first source counts most.
  const sources = isSeq(pair.value) ? pair.value.items.toReversed() : [pair.value];
  for (const source of sources) {
    const merged = convert(source, conversion).members;
    if (!merged) {
      throw conversion.fault(offsetOf(pair.key), '"<<" wants a mapping or a sequence of mappings');
    }
    for (const [key, member] of merged) members.set(key, member);
  }
}

function jsonScalar(scalar: Scalar, conversion: Conversion): unknown {
  const value = resolveScalar(scalar, conversion);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw conversion.fault(offsetOf(scalar), `JSON has no number ${scalar.source}`);
  }
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : bigInteger(String(value));
}

function resolveScalar(scalar: Scalar, conversion: Conversion): ScalarValue {
  const text = textOf(scalar, conversion);
  if (scalar.tag === undefined) return scalar.type === 'PLAIN' ? resolvePlainScalar(text) : text;
  const tag = shortTag(scalar.tag);
  if (tag === '!' || tag === 'str') return text;
  const value = resolvePlainScalar(text);
  if (tag === 'float' && typeof value === 'bigint') return Number(value);
  if (tag !== tagOf(value)) {
    throw conversion.fault(offsetOf(scalar), `tag ${scalar.tag} does not fit or is not supported`);
  }
  return value;
}

function textOf(scalar: Scalar, { fault, cutAt }: Conversion): string {
  const text = scalar.source ?? String(scalar.value);
  if (!text.isWellFormed()) throw fault(offsetOf(scalar), 'half of a surrogate pair is no character');
  const isBlock = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
  return isBlock && scalar.range?.[1] === cutAt ? text.replace(/\n$/, '') : text;
}

function tagOf(value: ScalarValue): string {
  if (value === null) return 'null';
  return { bigint: 'int', number: 'float', boolean: 'bool', string: 'str' }[typeof value as 'string'];
}

function expectTag(node: Node & { readonly tag?: string }, tag: string, { fault }: Conversion): void {
  if (node.tag === undefined || shortTag(node.tag) === tag || node.tag === '!') return;
  throw fault(offsetOf(node), `tag ${node.tag} is not supported`);
}

function shortTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, '');
}

function offsetOf(node: unknown): number {
  return (node as { readonly range?: readonly number[] } | null)?.range?.[0] ?? 0;
}

function sum(converted: Iterable<Converted>): number {
  let total = 1;
  for (const { size } of converted) total += size;
  return total;
}
