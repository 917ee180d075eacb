import { describe, expect, it } from 'vitest';
import {
  commonMetadataDigest,
  postRenderersDigest,
} from '../../../../../activities/helm/post-render/digests.ts';
import type { HelmReleaseSpec } from '../../../../../api/helm-release.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly spec: Pick<HelmReleaseSpec, 'postRenderers' | 'commonMetadata'>;
  readonly postRenderersDigest?: string;
  readonly commonMetadataDigest?: string;
}

describe('the digests of what happens after rendering are those of helm-controller, for', () => {
  const { rows } = golden<null, Row>('activities/helm/post-render/fixtures/spec-digests.json');

  it.each(rows.map((row) => [JSON.stringify(row.spec), row] as const))('%s', (_name, row) => {
    expect(postRenderersDigest(row.spec)).toBe(row.postRenderersDigest);
    expect(commonMetadataDigest(row.spec)).toBe(row.commonMetadataDigest);
  });
});
