import { describe, expect, it } from 'vitest';
import { withMember } from '../../../../../activities/helm/storage/json-member.ts';
import { RecordError } from '../../../../../activities/helm/storage/record-error.ts';

const failed = (text: string) => withMember(text, ['info', 'status'], 'failed');

describe('one member of a JSON text', () => {
  it.each([
    [
      'in the middle',
      '{"a":1.50,"info":{"x":[1],"status":"old","y":2},"z":{}}',
      '{"a":1.50,"info":{"x":[1],"status":"failed","y":2},"z":{}}',
    ],
    ['between spaces', '{ "info" : {\n "status" : "old" } } ', '{ "info" : {\n "status" : "failed" } } '],
    ['of another type', '{"info":{"status":{"a":["}"]}}}', '{"info":{"status":"failed"}}'],
    ['that is null', '{"info":{"status":null,"a":true}}', '{"info":{"status":"failed","a":true}}'],
    ['that is missing', '{"info":{"a":1}}', '{"info":{"status":"failed","a":1}}'],
    ['of an empty object', '{"info":{}}', '{"info":{"status":"failed"}}'],
    ['given twice', '{"info":{"status":"a","status":"b"}}', '{"info":{"status":"a","status":"failed"}}'],
    [
      'with an escaped name',
      '{"inf\\u006f":{"st\\u0061tus":"old"}}',
      '{"inf\\u006f":{"st\\u0061tus":"failed"}}',
    ],
    [
      'behind its namesake in a text',
      '{"m":"\\\\\\"info\\":{\\"status\\":1}\\\\","info":{"status":"a"}}',
      '{"m":"\\\\\\"info\\":{\\"status\\":1}\\\\","info":{"status":"failed"}}',
    ],
    [
      'behind its namesake deeper',
      '{"a":{"info":{"status":"x"}},"info":{"b":{"status":"y"},"status":"z"}}',
      '{"a":{"info":{"status":"x"}},"info":{"b":{"status":"y"},"status":"failed"}}',
    ],
    [
      'behind large numbers',
      '{"a":[12345678901234567890,-1.0e+5],"info":{"status":"a"}}',
      '{"a":[12345678901234567890,-1.0e+5],"info":{"status":"failed"}}',
    ],
  ])('%s is replaced and nothing else', (_, text, expected) => {
    expect(failed(text)).toBe(expected);
  });

  it('is found behind megabytes of text', () => {
    const manifest = JSON.stringify('\\"x\n'.repeat(2_000_000));

    expect(failed(`{"manifest":${manifest},"info":{"status":"a"}}`)).toBe(
      `{"manifest":${manifest},"info":{"status":"failed"}}`,
    );
  });

  it('is written as JSON', () => {
    expect(withMember('{"info":{}}', ['info', 'description'], '"\n\u2028')).toBe(
      '{"info":{"description":"\\"\\n\u2028"}}',
    );
  });

  it.each([
    '',
    '[]',
    '"info"',
    '{}',
    '{"info":[]}',
    '{"info":1}',
    '{"info":{"status":"a',
    '{"info"',
    '{"info":{"a"}}',
    '{1:2}',
  ])('is not found in %j', (text) => {
    expect(() => failed(text)).toThrow(RecordError);
  });
});
