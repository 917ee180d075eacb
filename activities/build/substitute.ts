import { bigIntegerDigits } from '../../api/formats/big-integer.ts';
import { SubstituteError, substitute } from '../../api/formats/envsubst.ts';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { messageOf } from '../failures.ts';
import { buildFailed } from './build-failed.ts';
import { type Evaluate, type Position, substituteScalar } from './substitute-scalar.ts';

export type Variables = Readonly<Record<string, string>>;

const DISABLED = 'kustomize.toolkit.fluxcd.io/substitute';

/**
 * Replaces the variables of an object as Flux's post-build substitution: in the YAML text that kustomize writes
 * of it, string by string. A variable that is not set and has no default fails. An object without variables is
 * given back as it is. Throws BuildFailed naming object, field and variable, never a value.
 */
export function substituteVariables(object: KubeObject, variables: Variables): KubeObject {
  const { labels, annotations } = object.metadata;
  if (labels?.[DISABLED] === 'disabled' || annotations?.[DISABLED] === 'disabled') return object;
  const walk: Walk = {
    evaluate: (text) => substitute(text, (name) => own(variables, name), { strict: true }),
    path: [],
  };
  try {
    const result = replace(object, 'value', walk);
    return result === object ? object : identified(result);
  } catch (error) {
    const name = describeObject(object);
    throw buildFailed(`post build failed for '${name}': ${reason(error)}${fieldName(walk.path)}`, {
      object: name,
    });
  }
}

interface Walk {
  readonly evaluate: Evaluate;
  /** Where the walk stands: left as it is when something is thrown. */
  readonly path: (string | number)[];
}

/** Shares what does not change with the value it was given. */
function replace(value: unknown, position: Position, walk: Walk): unknown {
  if (typeof value === 'string')
    return value.includes('$') ? substituteScalar(value, position, walk.evaluate) : value;
  if (typeof value !== 'object' || value === null || bigIntegerDigits(value) !== undefined) return value;
  return Array.isArray(value) ? replaceItems(value, walk) : replaceFields(value as Fields, walk);
}

type Fields = Readonly<Record<string, unknown>>;

function replaceItems(items: readonly unknown[], walk: Walk): readonly unknown[] {
  let next: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    walk.path.push(index);
    const replaced = replace(item, 'item', walk);
    walk.path.pop();
    if (replaced !== item) (next ??= [...items])[index] = replaced;
  }
  return next ?? items;
}

function replaceFields(fields: Fields, walk: Walk): Fields {
  const entries: [string, unknown][] = [];
  let hasChanged = false;
  for (const key in fields) {
    walk.path.push(key);
    const value = replace(fields[key], 'value', walk);
    const name = key.includes('$') ? String(replace(key, 'key', walk)) : key;
    walk.path.pop();
    hasChanged ||= value !== fields[key] || name !== key;
    entries.push([name, value]);
  }
  if (!hasChanged) return fields;
  const next = Object.fromEntries(entries);
  if (Object.keys(next).length < entries.length) throw new Error('two keys became the same');
  return next;
}

/** A name that became a number would be no name, and the object would be lost silently. */
function identified(value: unknown): KubeObject {
  const object = value as KubeObject;
  const identity = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    'metadata.name': object.metadata?.name,
  };
  for (const [field, text] of Object.entries(identity)) {
    if (typeof text !== 'string' || text === '')
      throw new Error(`${field} is not a text any more: put its value in quotes`);
  }
  const { namespace } = object.metadata;
  if (namespace !== undefined && typeof namespace !== 'string')
    throw new Error('metadata.namespace is not a text any more: put its value in quotes');
  return object;
}

function own(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function reason(error: unknown): string {
  // The line that it names is one of a single string.
  return error instanceof SubstituteError && error.variable !== undefined
    ? `variable "${error.variable}" is not set`
    : messageOf(error).replace(/^the substituted text:\d+:\d+: /, 'the substituted text is not YAML: ');
}

function fieldName(path: readonly (string | number)[]): string {
  if (path.length === 0) return '';
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return `, at ${text.replace(/^\./, '')}`;
}
