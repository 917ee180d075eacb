import { RecordError } from './record-error.ts';

/** Reads an object as Go reads a struct: null and missing fields are empty, and another type than the field's is an error. */
export interface GoReader {
  text(field: string): string;
  flag(field: string): boolean;
  int(field: string): number;
  /** Undefined for null, missing, the empty string, and Go's zero time. */
  time(field: string): string | undefined;
  texts(field: string): readonly string[];
  list(field: string): readonly unknown[];
  /** The members of a free-form object; undefined when there is none. */
  map(field: string): Readonly<Record<string, unknown>> | undefined;
  struct(field: string): GoReader;
  /** An undefined item is null. */
  structs(field: string): readonly (GoReader | undefined)[];
}

/** `path` names the object in error messages. Throws {@link RecordError}, as all methods do. */
export function goReader(value: unknown, path: string): GoReader {
  const object = objectOf(value, path) ?? {};
  const spelled = foldedKeys(object);
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);

  function valueOf(field: string): unknown {
    // Go would read it under the other spelling as well, and what is verified must be what helm reads.
    const other = spelled.get(fold(field))?.find((key) => key !== field);
    if (other !== undefined) throw new RecordError(`the field ${at(field)} has another spelling`);
    return Object.hasOwn(object, field) ? object[field] : undefined;
  }

  function typed<Kind>(field: string, is: (found: unknown) => found is Kind, empty: Kind): Kind {
    const found = valueOf(field) ?? undefined;
    if (found === undefined) return empty;
    if (!is(found)) throw new RecordError(`the field ${at(field)} has a wrong type`);
    return found;
  }

  return {
    text: (field) => typed(field, isText, ''),
    flag: (field) => typed(field, (found) => typeof found === 'boolean', false),
    int: (field) => typed(field, (found): found is number => Number.isSafeInteger(found), 0),
    time: (field) => timeOf(typed(field, isText, ''), at(field)),
    texts: (field) =>
      typed(field, isList, []).map((item) => {
        if (item !== null && !isText(item)) throw new RecordError(`the field ${at(field)} has a wrong type`);
        return item ?? '';
      }),
    list: (field) => typed(field, isList, []),
    map: (field) => objectOf(valueOf(field), at(field)),
    struct: (field) => goReader(valueOf(field), at(field)),
    structs: (field) =>
      typed(field, isList, []).map((item, index) =>
        item === null ? undefined : goReader(item, `${at(field)}[${index}]`),
      ),
  };
}

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || isList(value))
    throw new RecordError(path === '' ? 'it is no JSON object' : `the field ${path} has a wrong type`);
  return value as Readonly<Record<string, unknown>>;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function foldedKeys(object: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(Object.keys(object), fold);
}

/** Go compares names of fields without case, by a fold that takes U+017F for s and U+212A for k. */
function fold(name: string): string {
  return name.toLowerCase().toUpperCase();
}

const RFC3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const ZERO = '0001-01-01T00:00:00Z';

/** A time as Go writes it after it has read it: nanoseconds without trailing zeros, and Z for no offset. */
function timeOf(text: string, path: string): string | undefined {
  if (text === '') return undefined;
  const [, second, fraction = '', offset = 'Z'] = RFC3339.exec(text) ?? [];
  if (second === undefined || !isDay(second.slice(0, 10)))
    throw new RecordError(`the field ${path} is no time`);
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  const time = second + (digits && `.${digits}`) + (/^[+-]00:00$/.test(offset) ? 'Z' : offset);
  return time === ZERO ? undefined : time;
}

/** JavaScript would take the 30th of February for the 1st of March. */
function isDay(date: string): boolean {
  return new Date(date).toISOString().startsWith(date);
}
