import { describe, expect, it } from 'vitest';
import { driftOf } from '../../../../../activities/helm/drift/compare.ts';
import type { Change } from '../../../../../activities/helm/drift/json-diff.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly live: KubeObject;
  readonly dryRun: KubeObject;
  readonly changes: readonly Change[];
}

describe('drift is counted as helm-controller counts it, from', () => {
  const { rows } = golden<null, Row>('activities/helm/drift/fixtures/drift.json');

  it.each(rows.map((row) => [`${JSON.stringify(row.live)} to ${JSON.stringify(row.dryRun)}`, row] as const))(
    '%s',
    (_name, { live, dryRun, changes }) => {
      expect(driftOf(live, dryRun)).toEqual(changes);
    },
  );
});

describe('an ignored path', () => {
  const deployment = (replicas: number, image: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas, image, more: 'a value that is long enough not to be replaced with the rest of it' },
  });

  it('is no drift, whatever else has changed', () => {
    expect(driftOf(deployment(3, 'a'), deployment(1, 'b'), [['spec', 'replicas']])).toEqual([
      { op: 'replace', path: '/spec/image' },
    ]);
    expect(driftOf(deployment(3, 'a'), deployment(1, 'a'), [['spec', 'replicas']])).toEqual([]);
  });
});
