import { expect, test } from 'vitest';
import { refuseFileReferences } from '../../../../../activities/helm/chart/schema-references.ts';

const check = (schema: unknown) => () => refuseFileReferences(Buffer.from(JSON.stringify(schema)));

test.for<[string, unknown]>([
  ['its own parts', { $defs: { a: {} }, $ref: '#/$defs/a' }],
  ['itself', { $ref: '#' }],
  [
    'what has an address',
    { $schema: 'http://json-schema.org/draft-07/schema#', $ref: 'https://host/x.json' },
  ],
  ['a value that is called like a reference', { properties: { $ref: { type: 'string' } } }],
  ['nothing at all', true],
])('a schema may refer to %s', ([, schema]) => {
  expect(check(schema)).not.toThrow();
});

test.for<[string]>([
  ['file:///etc/passwd'],
  ['FILE:///etc/passwd'],
  ['other.json'],
  ['/etc/passwd'],
  ['//host/etc/passwd'],
  ['../../etc/passwd#/x'],
])('a schema may not refer to the file %s, wherever it does', ([reference]) => {
  const nested = { $id: 'https://host/', properties: { a: { anyOf: [{ $ref: reference }] } } };

  expect(check({ $ref: reference })).toThrow(/^values\.schema\.json: \$ref \S+ names a file/);
  expect(check(nested)).toThrow(/names a file/);
  expect(check({ $schema: reference })).toThrow(/names a file/);
});

test('depth is bounded, and what is no JSON is for helm to refuse', () => {
  const deep = `${'{"not":'.repeat(600)}{}${'}'.repeat(600)}`;

  expect(() => refuseFileReferences(Buffer.from(deep))).toThrow('nested deeper than 500 levels');
  expect(() => refuseFileReferences(Buffer.from('{"$ref": "file:'))).not.toThrow();
});
