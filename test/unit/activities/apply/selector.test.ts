import { describe, expect, it } from 'vitest';
import { compileIgnore } from '../../../../activities/apply/ignore.ts';
import { compileLabelSelector, compileSelector } from '../../../../activities/apply/selector.ts';

const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web-1', namespace: 'prod', labels: { tier: 'front' }, annotations: { team: 'a' } },
};

describe('a selector', () => {
  it.each([
    [undefined, true],
    [{}, true],
    [{ kind: 'Deployment' }, true],
    [{ kind: 'Deploy' }, false],
    [{ kind: 'Deployment|StatefulSet', name: 'web-.*' }, true],
    [{ group: 'apps', version: 'v1', namespace: 'prod' }, true],
    [{ group: 'batch' }, false],
    [{ labelSelector: 'tier=front' }, true],
    [{ labelSelector: 'tier=back' }, false],
    [{ annotationSelector: 'team in (a,b),!gone' }, true],
  ])('%o selects: %s', (selector, expected) => {
    expect(compileSelector(selector)(object)).toBe(expected);
  });

  it('that does not parse is a failure that names the part', () => {
    expect(() => compileSelector({ name: '(' })).toThrow(/invalid name regex/);
    expect(() => compileIgnore([{ paths: ['/a'], target: { kind: '[' } }])).toThrow(
      /spec\.ignore: invalid kind regex/,
    );
    expect(() => compileIgnore([{ paths: ['data/a'] }])).toThrow(
      'spec.ignore: invalid JSON pointer "data/a"',
    );
  });
});

describe('a label selector', () => {
  it.each([
    ['', {}, true],
    ['a=1', { a: '1' }, true],
    ['a==1, b != 2', { a: '1' }, true],
    ['b!=2', { b: '2' }, false],
    ['a in (1,2)', { a: '2' }, true],
    ['a in (1,2)', {}, false],
    ['a notin (1,2)', { a: '3' }, true],
    ['a notin (1,2)', {}, true],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['example.com/a in (x), b', { 'example.com/a': 'x', b: '1' }, true],
  ])('"%s" on %o: %s', (text, labels, expected) => {
    expect(compileLabelSelector(text)(labels)).toBe(expected);
  });

  it('that does not parse throws', () => {
    expect(() => compileLabelSelector('a = = b')).toThrow('unable to parse "a = = b"');
  });
});
