import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BuiltSet, createBuilder } from '../../activities/build/build.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { type Kustomization, kustomization } from '../../api/kustomization.ts';
import { ensureTool } from '../../tools/build.ts';

export type Files = Readonly<Record<string, string>>;

export interface BuildBench {
  /** Builds the files as an artifact, with a builder that shares nothing with other builds. */
  build(files: Files, spec?: object, variables?: Readonly<Record<string, string>>): Promise<BuiltSet>;
  /** Writes the files to a directory of their own. */
  artifact(files: Files): Promise<{ readonly root: string; readonly artifactDigest: string }>;
  readonly scratchDir: string;
  readonly kustomize: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Temporary artifacts and the real kustomize. */
export async function createBuildBench(): Promise<BuildBench> {
  const kustomize = await ensureTool('kustomize');
  const folder = await mkdtemp(join(tmpdir(), 'pawl-build-'));
  const scratchDir = join(folder, 'scratch');
  let artifacts = 0;

  async function artifact(files: Files) {
    const root = join(folder, `artifact-${artifacts++}`);
    await mkdir(root);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
    return { root, artifactDigest: `sha256:${digest}` };
  }

  return {
    artifact,
    scratchDir,
    kustomize,
    async build(files, spec = {}, variables) {
      const builder = createBuilder({ kustomize, scratchDir });
      return builder.build({
        ...(await artifact(files)),
        kustomization: aKustomization(spec),
        ...(variables && { variables }),
      });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export function aKustomization(spec: object): Kustomization {
  return kustomization.parse({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: {
      interval: '10m',
      prune: true,
      path: './',
      sourceRef: { kind: 'GitRepository', name: 'apps' },
      ...spec,
    },
  });
}

/** A ConfigMap as YAML; `data` are further lines. */
export function configMap(name: string, data = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: value\n${data}`;
}

/** What a failure of a build says, with its reason: `BuildFailed: …`. */
export async function failureOf(build: Promise<BuiltSet>): Promise<string> {
  return build.then(
    (built) => `built ${built.objects.length} objects`,
    (error: Error & { readonly type?: string }) => `${error.type}: ${error.message}`,
  );
}

export function names(objects: readonly KubeObject[]): string[] {
  return objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}
