import { Refusal, RemovedFieldError } from './errors.ts';
import {
  type GoField,
  type GoStruct,
  type GoValue,
  isComposite,
  isMap,
  isStruct,
  typeName,
} from './value.ts';

/**
 * The field, map entry or method of a value. Values know their own fields only, never those of JavaScript objects.
 * Throws {@link Refusal}, and {@link RemovedFieldError} for the fields that earlier versions of the API had.
 */
export function fieldOf(value: GoValue, name: string, others: readonly GoValue[]): GoValue {
  if (value === undefined) return undefined;
  if (value === null) throw new Refusal(`nil pointer evaluating interface {}.${name}`);
  if (isStruct(value)) return structField(value, name, others);
  if (isMap(value) && value.type.startsWith('map[string]')) {
    if (others.length > 0) throw new Refusal(`${name} is not a method but has arguments`);
    return value.entries.get(name)?.[1];
  }
  throw new Refusal(`can't evaluate field ${name} in type ${typeName(value)}`);
}

function structField(value: GoStruct, name: string, others: readonly GoValue[]): GoValue {
  const method = value.methods?.get(name);
  const count = method?.arguments ?? (name === 'String' && value.text !== undefined ? 0 : undefined);
  if (count !== undefined) {
    if (others.length !== count) {
      throw new Refusal(`wrong number of args for ${name}: want ${count} got ${others.length}`);
    }
    checkArguments(value, others);
    return method ? method.call(others) : value.text;
  }
  const field = findField(value, name);
  if (!field) {
    refuseRemoved(value, name);
    throw new Refusal(`can't evaluate field ${name} in type ${value.type}`);
  }
  if (others.length > 0) throw new Refusal(`${name} has arguments but cannot be invoked as function`);
  return field.value;
}

function checkArguments(value: GoStruct, others: readonly GoValue[]): void {
  const wrong = others.find((other) => typeName(other) !== value.type);
  if (others.length > 0 && (wrong !== undefined || others.includes(undefined))) {
    throw new Refusal(`wrong type for value; expected ${value.type}; got ${typeName(wrong)}`);
  }
}

/** A field of the struct itself, or else of the structs that are embedded in it. */
function findField(value: GoStruct, name: string): GoField | undefined {
  const own = value.fields.find((field) => field.name === name);
  if (own) return own;
  for (const field of value.fields) {
    const inner =
      field.isEmbedded && isComposite(field.value) && isStruct(field.value) ? field.value : undefined;
    const found = inner && findField(inner, name);
    if (found) return found;
  }
  return undefined;
}

function refuseRemoved({ type }: GoStruct, name: string): void {
  if (type === 'source.TemplateData' && name === 'Updated') throw new RemovedFieldError('.Updated');
  if (type === 'update.Result' && name === 'ImageResult') throw new RemovedFieldError('.Changed.ImageResult');
}
