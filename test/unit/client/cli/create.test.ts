import { describe, expect, it } from 'vitest';
import { gitRepositoryManifest, gitSecretManifest } from '../../../../client/cli/create-git-repository.ts';
import {
  kustomizationManifest,
  relativePath,
  sourceRef,
} from '../../../../client/cli/create-kustomization.ts';
import { formatExport } from '../../../../client/cli/manifest.ts';

const at = { name: 'podinfo', namespace: 'flux-system' };
const git = { interval: '1m', url: 'https://example.com/podinfo' };
const ks = { interval: '5m', path: './', healthCheckTimeout: '2m', source: 'podinfo' };

describe('create ks --export', () => {
  it('prints what flux prints', () => {
    const manifest = kustomizationManifest(at, {
      ...ks,
      source: 'GitRepository/podinfo.sources',
      path: './kustomize',
      prune: true,
      wait: true,
      healthCheckTimeout: '3m',
      dependsOn: ['a', 'b/c'],
      label: ['x=y', 'z=w'],
    });

    // The output of the stock CLI (2.9.4) for the same flags.
    expect(formatExport(manifest)).toBe(`---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  labels:
    x: "y"
    z: w
  name: podinfo
  namespace: flux-system
spec:
  dependsOn:
  - name: a
  - name: c
    namespace: b
  interval: 5m0s
  path: ./kustomize
  prune: true
  sourceRef:
    kind: GitRepository
    name: podinfo
    namespace: sources
  timeout: 3m0s
  wait: true
`);
  });

  it.each([
    [{ source: undefined }, 'source is required'],
    [{ source: 'HelmChart/x' }, "source kind 'HelmChart' is not supported"],
    [{ source: 'Bucket/' }, "no name given for source of kind 'Bucket'"],
    [{ healthCheck: ['Deployment/web'] }, "must be in the format 'kind/name.namespace'"],
    [{ healthCheck: ['Pod/web.apps'] }, "invalid health check kind 'Pod'"],
    [{ label: ['x'] }, "invalid label format 'x'"],
    [{ interval: '1d' }, 'invalid --interval "1d"'],
  ])('refuses %j', (flags, message) => {
    expect(() => kustomizationManifest(at, { ...ks, ...flags } as typeof ks)).toThrow(message);
  });

  it('refuses a name that Kubernetes would refuse', () => {
    expect(() => kustomizationManifest({ ...at, name: 'Pod_info' }, ks)).toThrow(
      "name 'Pod_info' is invalid",
    );
  });

  it.each([
    ['./', './'],
    ['.', './'],
    ['apps', './apps'],
    ['/apps//home/', './apps/home'],
    ['../../etc', './etc'],
    ['./a/../b', './b'],
  ])('keeps the path %j inside the source: %j', (given, path) => {
    expect(relativePath(given)).toBe(path);
  });

  it.each([
    ['podinfo', { kind: 'GitRepository', name: 'podinfo' }],
    ['ocirepository/podinfo', { kind: 'OCIRepository', name: 'podinfo' }],
    ['Bucket/a.b.ns', { kind: 'Bucket', name: 'a.b', namespace: 'ns' }],
  ])('reads the source %j', (text, ref) => {
    expect(sourceRef(text)).toEqual(ref);
  });
});

describe('create source git', () => {
  it.each([
    [{ branch: 'main' }, { branch: 'main' }],
    [{ branch: 'main', tag: 'v1' }, { tag: 'v1' }],
    [{ tag: 'v1', tagSemver: '>=1.0.0' }, { semver: '>=1.0.0' }],
    [{ tagSemver: '>=1.0.0', refName: 'refs/pull/1/head' }, { name: 'refs/pull/1/head' }],
    [
      { branch: 'main', commit: 'abc' },
      { branch: 'main', commit: 'abc' },
    ],
  ])('%j selects %j', (flags, ref) => {
    expect(gitRepositoryManifest(at, { ...git, ...flags }, undefined)['spec']).toMatchObject({ ref });
  });

  it.each([
    [{ url: undefined, branch: 'main' }, 'url is required'],
    [{ url: 'ftp://x', branch: 'main' }, "git URL scheme 'ftp' not supported"],
    [{}, 'a Git ref is required'],
    [{ url: 'ssh://git@x/y', branch: 'main', caFile: 'ca' }, 'CA file is not supported for Git over SSH'],
  ])('refuses %j', (flags, message) => {
    expect(() => gitRepositoryManifest(at, { ...git, ...flags } as typeof git, undefined)).toThrow(message);
  });

  it('puts a password into a Secret, and only its name into the source', () => {
    const options = { ...git, branch: 'main', username: 'me', password: 'hunter2' };
    const secret = gitSecretManifest(at, options);
    const manifest = gitRepositoryManifest(at, options, secret?.metadata.name);

    expect(secret?.['stringData']).toEqual({ username: 'me', password: 'hunter2' });
    expect(manifest['spec']).toMatchObject({ secretRef: { name: 'podinfo' } });
    expect(formatExport(manifest)).not.toContain('hunter2');
  });
});
