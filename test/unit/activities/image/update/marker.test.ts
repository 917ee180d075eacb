import { describe, expect, it } from 'vitest';
import { markerIn, mayHoldMarkers, valueOf } from '../../../../../activities/image/update/marker.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const IMAGES = new Map([
  ['apps:web', { name: 'registry/web', tag: 'v1', digest: DIGEST }],
  ['apps:api', { name: 'registry/api', tag: 'v2' }],
]);

describe('markers', () => {
  it.each([
    ['# {"$imagepolicy": "apps:web"}', 'apps:web'],
    ['#{"$imagepolicy":"apps:web:tag"}\r', 'apps:web:tag'],
    ['### {"$imagepolicy": "apps:web", "more": "text", "none": null}', 'apps:web'],
    ['# {"\\u0024imagepolicy": "apps:w\\u0065b"}', 'apps:web'],
    ['# {"$imagepolicy": "a:b", "$imagepolicy": "apps:web"}', 'apps:web'],
    ['# {"$imagepolicy": "apps:web", "more": 1}', undefined],
    ['# {"$imagepolicy": "apps:web"} and more', undefined],
    ['# see {"$imagepolicy": "apps:web"}', undefined],
    ['# # {"$imagepolicy": "apps:web"}', undefined],
    ["# {'$imagepolicy': 'apps:web'}", undefined],
    ['# {"$imagepolicy": ""}', undefined],
    ['# {"$imagepolicy": null}', undefined],
    ['# {"$openapi": "apps:web"}', undefined],
    ['# {"__proto__": {"$imagepolicy": "apps:web"}}', undefined],
    ['# ["$imagepolicy"]', undefined],
    ['#', undefined],
  ])('%s names %s', (comment, setter) => {
    expect(markerIn(comment)).toBe(setter);
  });

  it.each([
    ['apps:web', `registry/web:v1@${DIGEST}`],
    ['apps:web:name', 'registry/web'],
    ['apps:web:tag', 'v1'],
    ['apps:web:digest', DIGEST],
    ['apps:api', 'registry/api:v2'],
    ['apps:api:digest', ''],
    ['apps:none', undefined],
    ['apps:none:tag', undefined],
    ['apps:web:Tag', undefined],
    ['apps:web:', undefined],
    [':tag', undefined],
    ['tag', undefined],
  ])('%s stands for %s', (setter, value) => {
    expect(valueOf(setter, IMAGES)).toBe(value);
  });
});

it.each([
  ['a.yaml', true],
  ['a/b.yml', true],
  ['.yaml', true],
  ['Kustomization', true],
  ['a/Kustomization', true],
  ['a/MyKustomization', false],
  ['a.YAML', false],
  ['a.json', false],
  ['a.yaml.tmpl', false],
  ['yaml', false],
])('%s may hold markers: %s', (path, may) => {
  expect(mayHoldMarkers(path)).toBe(may);
});
