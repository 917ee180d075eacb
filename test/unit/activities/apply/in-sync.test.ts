import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSurelyInSync } from '../../../../activities/apply/in-sync.ts';
import {
  isRecord,
  type Pointer,
  valueAt,
  withoutPath,
  withValue,
} from '../../../../activities/apply/pointer.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';

// Written by a kube-apiserver 1.36: what was applied, and what the cluster then had.
const fixture = new URL('fixtures/deployment-applied.json', import.meta.url);
const { desired, live } = JSON.parse(readFileSync(fixture, 'utf8')) as Record<'desired' | 'live', KubeObject>;

/** The paths of all scalars under a value. */
function leaves(value: unknown, path: Pointer = []): Pointer[] {
  if (isRecord(value)) return Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]));
  if (Array.isArray(value)) return value.flatMap((child, i) => leaves(child, [...path, String(i)]));
  return [path];
}

const IDENTITY = new Set(['/apiVersion', '/kind', '/metadata/name', '/metadata/namespace']);
const fields = leaves(desired).filter((path) => !IDENTITY.has(`/${path.join('/')}`));
const named = fields.map((path) => ({ name: `/${path.join('/')}`, path }));

describe('an object that was applied and not touched', () => {
  it('is surely in sync', () => {
    expect(isSurelyInSync(desired, live)).toBe(true);
  });

  it.each(named)('is not once the build changes $name', ({ path }) => {
    expect(isSurelyInSync(withValue(desired, path, 'changed'), live)).toBe(false);
  });

  it.each(named)('is not once the build drops $name', ({ path }) => {
    expect(isSurelyInSync(withoutPath(desired, path), live)).toBe(false);
  });

  it.each(named)('is not once the cluster changes $name', ({ path }) => {
    // Positions are the same: the fixture's lists are in the order of the build.
    expect(valueAt(live, path)).toBeDefined();
    expect(isSurelyInSync(desired, withValue(live, path, 'changed'))).toBe(false);
  });

  it('is not when the build has one field more', () => {
    expect(isSurelyInSync(withValue(desired, ['spec', 'paused'], true), live)).toBe(false);
  });

  it('is not when an item is added, repeated or moved', () => {
    const path = ['spec', 'template', 'spec', 'containers'];
    const [web, side] = valueAt(desired, path) as object[];

    for (const containers of [[web, side, { name: 'third', image: 'x' }], [web, web], [side, web], [web]])
      expect(isSurelyInSync(withValue(desired, path, containers), live)).toBe(false);
  });

  it('is not when it was applied at another API version, or by nobody', () => {
    const managedFields = live.metadata.managedFields ?? [];
    const withFields = (entries: unknown) => withValue(live, ['metadata', 'managedFields'], entries);

    expect(
      isSurelyInSync(desired, withFields(managedFields.map((e) => ({ ...e, apiVersion: 'apps/v2' })))),
    ).toBe(false);
    expect(isSurelyInSync(desired, withFields(managedFields.filter((e) => e.operation !== 'Apply')))).toBe(
      false,
    );
  });

  it('still is when others write status and fields of their own', () => {
    const annotated = withValue(live, ['metadata', 'annotations', 'deployment.kubernetes.io/revision'], '7');

    expect(isSurelyInSync(desired, withValue(annotated, ['status'], { replicas: 9 }))).toBe(true);
  });
});
