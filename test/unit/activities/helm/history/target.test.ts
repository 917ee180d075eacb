import { describe, expect, it } from 'vitest';
import {
  releaseName,
  releaseNamespace,
  releaseTargetChanged,
  storageNamespace,
} from '../../../../../activities/helm/history/target.ts';
import type { HelmRelease } from '../../../../../api/helm-release.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly object: HelmRelease;
  readonly chartName: string;
  readonly releaseName: string;
  readonly releaseNamespace: string;
  readonly storageNamespace: string;
  readonly changed: string;
}

const { rows } = golden<null, Row>('activities/helm/history/fixtures/helm-target.json');

describe('the release that a HelmRelease is about', () => {
  it.each([...rows.entries()])('is that of helm-controller: row %i', (_, row) => {
    const { object, chartName } = row;
    const place = {
      name: releaseName(object),
      namespace: releaseNamespace(object),
      storageNamespace: storageNamespace(object),
    };

    expect(place).toEqual({
      name: row.releaseName,
      namespace: row.releaseNamespace,
      storageNamespace: row.storageNamespace,
    });
    expect(releaseTargetChanged(object.status, place, chartName) ?? '').toBe(row.changed);
  });
});
