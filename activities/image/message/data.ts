import type { Change, ObjectId, UpdatedFile } from '../update/changes.ts';
import { toBytes } from './byte-text.ts';
import { type GoList, type GoMap, type GoStruct, type GoValue, keyText, list, map } from './value.ts';

/** What a message is about. */
export interface MessageSubject {
  readonly automation: { readonly namespace: string; readonly name: string };
  readonly files: readonly UpdatedFile[];
  /** The object's own values for its template. */
  readonly values: Readonly<Record<string, string>>;
}

const CHANGES = '[]update.Change';
const OBJECT_CHANGES = 'update.ObjectChanges';
const NO_CHANGES: GoList = { kind: 'list', type: CHANGES, items: [], isNil: true };
const NO_OBJECT_CHANGES: GoMap = { ...map([], OBJECT_CHANGES), isNil: true, zero: NO_CHANGES };

/** The data of a template, in the types that Flux gives to it: `.AutomationObject`, `.Changed` and `.Values`. */
export function templateData({ automation, files, values }: MessageSubject): GoStruct {
  const pairs = Object.entries(values).map(([key, value]) => [toBytes(key), toBytes(value)] as const);
  return struct('source.TemplateData', {
    AutomationObject: {
      ...struct('types.NamespacedName', {
        Namespace: toBytes(automation.namespace),
        Name: toBytes(automation.name),
      }),
      text: toBytes(`${automation.namespace}/${automation.name}`),
    },
    Changed: changed(files),
    Values: map(pairs, 'map[string]string'),
  });
}

function changed(files: readonly UpdatedFile[]): GoStruct {
  const fileChanges = files.map((file) => [toBytes(file.path), objectChanges([file])] as const);
  const result = struct('update.Result', {
    FileChanges: { ...map(fileChanges, 'map[string]update.ObjectChanges'), zero: NO_OBJECT_CHANGES },
  });
  const methods = new Map([
    ['Changes', { arguments: 0, call: once(() => distinctChanges(files)) }],
    ['Objects', { arguments: 0, call: once(() => objectChanges(files)) }],
  ]);
  return { ...result, methods };
}

/** A template may ask often; nothing in it can change these values. */
function once(make: () => GoValue): () => GoValue {
  let made: GoValue;
  return () => (made ??= make());
}

/** Each change once, in the order of the files' names. */
function distinctChanges(files: readonly UpdatedFile[]): GoValue {
  const distinct = new Map<string, GoStruct>();
  for (const { changes } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    for (const { change } of changes) {
      const value = changeValue(change);
      distinct.set(keyText(value), value);
    }
  }
  return list([...distinct.values()], CHANGES);
}

/** The changes by object; one that is in several files is there once. */
function objectChanges(files: readonly UpdatedFile[]): GoMap {
  const byObject = new Map<string, { readonly key: GoStruct; readonly changes: GoValue[] }>();
  for (const { object, change } of files.flatMap(({ changes }) => changes)) {
    const key = objectValue(object);
    const entry = byObject.get(keyText(key)) ?? { key, changes: [] };
    entry.changes.push(changeValue(change));
    byObject.set(keyText(key), entry);
  }
  const pairs = [...byObject.values()].map(({ key, changes }) => [key, list(changes, CHANGES)] as const);
  return { ...map(pairs, OBJECT_CHANGES), zero: NO_CHANGES };
}

function changeValue({ oldValue, newValue, setter }: Change): GoStruct {
  return struct('update.Change', {
    OldValue: toBytes(oldValue),
    NewValue: toBytes(newValue),
    Setter: toBytes(setter),
  });
}

function objectValue({ apiVersion, kind, name, namespace }: ObjectId): GoStruct {
  const type = struct('yaml.TypeMeta', { APIVersion: toBytes(apiVersion), Kind: toBytes(kind) });
  const meta = struct('yaml.NameMeta', { Name: toBytes(name), Namespace: toBytes(namespace) });
  const identifier = embedding('yaml.ResourceIdentifier', [
    ['TypeMeta', withJson(type, ['apiVersion', 'kind'])],
    ['NameMeta', withJson(meta, ['name', 'namespace'])],
  ]);
  return embedding('update.ObjectIdentifier', [['ResourceIdentifier', identifier]]);
}

function struct(type: string, fields: Readonly<Record<string, GoValue>>): GoStruct {
  return { kind: 'struct', type, fields: Object.entries(fields).map(([name, value]) => ({ name, value })) };
}

function withJson(value: GoStruct, names: readonly string[]): GoStruct {
  return {
    ...value,
    fields: value.fields.map((field, index) => ({ ...field, json: names[index] ?? field.name })),
  };
}

function embedding(type: string, inner: readonly (readonly [name: string, value: GoStruct])[]): GoStruct {
  return { kind: 'struct', type, fields: inner.map(([name, value]) => ({ name, value, isEmbedded: true })) };
}
