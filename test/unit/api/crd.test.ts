import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { customResourceDefinitions } from '../../../api/crd.ts';
import { stringifyManifests } from '../../../api/formats/manifest-yaml.ts';
import { type GitRepositorySpec, unsupportedField as unsupportedOfGit } from '../../../api/git-repository.ts';
import {
  type KustomizationSpec,
  unsupportedField as unsupportedOfKustomization,
} from '../../../api/kustomization.ts';
import release from '../../../package.json' with { type: 'json' };

const crds = join(import.meta.dirname, '../../../deploy/crds');

describe('deploy/crds', () => {
  it.each(customResourceDefinitions(release.version))(
    '$metadata.name is what `npm run crds` writes',
    (crd) => {
      const [plural] = crd.metadata.name.split('.', 1);

      expect(readFileSync(join(crds, `${plural}.yaml`), 'utf8')).toBe(stringifyManifests([crd]));
    },
  );

  it('holds only what a structural schema may hold', () => {
    const text = JSON.stringify(customResourceDefinitions('0.0.0'));

    expect(text).not.toMatch(
      /\$ref|\$schema|anyOf|"additionalProperties":(true|false|\{\})|9007199254740991/,
    );
  });
});

describe('a field of a later release is named', () => {
  const git: GitRepositorySpec = { url: 'https://x/y', interval: '1m', timeout: '60s' };
  const kustomization: KustomizationSpec = {
    interval: '1m',
    prune: true,
    force: false,
    sourceRef: { kind: 'GitRepository', name: 'x' },
  };

  it.each([
    { spec: {}, field: undefined },
    {
      spec: { provider: 'generic' as const, include: [], recurseSubmodules: false, sparseCheckout: [] },
      field: undefined,
    },
    { spec: { provider: 'github' as const }, field: undefined },
    { spec: { provider: 'azure' as const }, field: 'spec.provider' },
    { spec: { verify: { mode: 'HEAD' as const, secretRef: { name: 'x' } } }, field: 'spec.verify' },
    { spec: { include: [{ repository: { name: 'x' } }] }, field: 'spec.include' },
    { spec: { recurseSubmodules: true }, field: 'spec.recurseSubmodules' },
    { spec: { sparseCheckout: ['x'] }, field: 'spec.sparseCheckout' },
    { spec: { proxySecretRef: { name: 'x' } }, field: 'spec.proxySecretRef' },
    { spec: { serviceAccountName: 'x' }, field: 'spec.serviceAccountName' },
  ])('GitRepository: $field', ({ spec, field }) => {
    expect(unsupportedOfGit({ ...git, ...spec })).toBe(field);
  });

  it.each([
    { spec: {}, field: undefined },
    { spec: { buildMetadata: [] }, field: undefined },
    { spec: { decryption: { provider: 'sops' as const } }, field: 'spec.decryption' },
    { spec: { kubeConfig: { secretRef: { name: 'x' } } }, field: 'spec.kubeConfig' },
    { spec: { buildMetadata: ['originAnnotations' as const] }, field: 'spec.buildMetadata' },
    { spec: { sourceRef: { kind: 'Bucket' as const, name: 'x' } }, field: 'spec.sourceRef.kind' },
  ])('Kustomization: $field', ({ spec, field }) => {
    expect(unsupportedOfKustomization({ ...kustomization, ...spec })).toBe(field);
  });
});
