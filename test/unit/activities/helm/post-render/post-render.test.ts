import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostRender } from '../../../../../activities/helm/post-render/post-render.ts';
import { parseManifests } from '../../../../../api/formats/manifest-yaml.ts';
import type { HelmRelease } from '../../../../../api/helm-release.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import { ensureTool } from '../../../../../tools/build.ts';

const FILENAME = 'postrenderer.helm.sh/postrender-filename';

const HOOK = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install
    ${FILENAME}: web/templates/job.yaml
spec:
  template: {spec: {containers: [{name: m, image: "web:1"}]}}
`;
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {helm.toolkit.fluxcd.io/name: wrong}
  annotations:
    ${FILENAME}: web/templates/deployment.yaml
spec:
  replicas: 1
  template: {spec: {containers: [{name: web, image: "web:1"}]}}
`;
const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: key
  annotations:
    ${FILENAME}: web/templates/secret.yaml
stringData: {token: s3cr3t-value}
`;
const STREAM = [HOOK, DEPLOYMENT, SECRET].join('---\n');

const ORIGIN = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'apps' };

const replicas = (count: number) => ({
  target: { kind: 'Deployment', name: 'web' },
  patch: `- op: replace\n  path: /spec/replicas\n  value: ${count}\n`,
});

let scratchDir: string;
let kustomize: string;

beforeAll(async () => {
  kustomize = await ensureTool('kustomize');
  scratchDir = await mkdtemp(join(tmpdir(), 'pawl-post-render-'));
}, 600_000);
afterAll(() => rm(scratchDir, { recursive: true }));

async function render(
  spec: Partial<HelmRelease['spec']>,
  { stream = STREAM, program = kustomize }: { stream?: string; program?: string } = {},
): Promise<KubeObject[]> {
  const object = { metadata: { name: 'web', namespace: 'apps' }, spec } as unknown as HelmRelease;
  const { signal } = new AbortController();
  const postRender = createPostRender(object, { kustomize: program, scratchDir, signal });
  return parseManifests(await postRender(stream), { file: 'rendered' });
}

const byKind = (objects: readonly KubeObject[], kind: string) =>
  objects.find((object) => object.kind === kind);

describe('post-rendering', () => {
  it('without post-renderers sets the labels that name the object, by no process', async () => {
    const objects = await render({}, { program: '/nowhere/kustomize' });

    expect(objects.map(({ metadata }) => metadata.labels)).toEqual([ORIGIN, ORIGIN, ORIGIN]);
    expect(objects.map(({ metadata }) => metadata.annotations?.[FILENAME])).toEqual([
      'web/templates/job.yaml',
      'web/templates/deployment.yaml',
      'web/templates/secret.yaml',
    ]);
  });

  it('patches, then sets common metadata, and the labels that name the object win', async () => {
    const objects = await render({
      postRenderers: [
        {},
        {
          kustomize: {
            patches: [
              replicas(2),
              {
                patch:
                  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {team: patched}\n',
              },
            ],
          },
        },
        { kustomize: { images: [{ name: 'web', newTag: '2' }], patches: [replicas(3)] } },
      ],
      commonMetadata: {
        labels: { team: 'common', 'helm.toolkit.fluxcd.io/name': 'stolen' },
        annotations: { note: 'x' },
      },
    });

    const web = byKind(objects, 'Deployment');
    expect(web?.metadata.labels).toEqual({ team: 'common', ...ORIGIN });
    expect(web?.metadata.annotations).toEqual({ note: 'x', [FILENAME]: 'web/templates/deployment.yaml' });
    expect(web?.['spec']).toEqual({
      replicas: 3,
      template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } },
    });
    expect(JSON.stringify(byKind(objects, 'Job'))).toContain('"image":"web:2"');
  });

  it.each([
    { strategy: 'combined', image: 'web:2', labels: ORIGIN },
    { strategy: 'separate', image: 'web:2', labels: ORIGIN },
    { strategy: 'nohooks', image: 'web:1', labels: undefined },
  ] as const)('treats hooks as $strategy asks for', async ({ strategy, image, labels }) => {
    const objects = await render({
      postRenderStrategy: strategy,
      postRenderers: [{ kustomize: { images: [{ name: 'web', newTag: '2' }] } }],
    });

    const hook = byKind(objects, 'Job');
    expect(JSON.stringify(hook?.['spec'])).toContain(`"image":"${image}"`);
    expect(hook?.metadata.labels).toEqual(labels);
    expect(JSON.stringify(byKind(objects, 'Deployment'))).toContain('"image":"web:2"');
    expect(objects).toHaveLength(3);
  });

  it('renders apart what is a hook and a manifest under the same name', async () => {
    const twin = DEPLOYMENT.replace('annotations:\n', 'annotations:\n    helm.sh/hook: post-install\n');
    const spec = { postRenderers: [{ kustomize: { images: [{ name: 'web', newTag: '2' }] } }] };
    const stream = `${twin}---\n${DEPLOYMENT}`;

    await expect(render(spec, { stream })).rejects.toThrow('duplicate object Deployment/web');
    expect(await render({ ...spec, postRenderStrategy: 'separate' }, { stream })).toHaveLength(2);
  });

  it.each([
    {
      name: 'a patch without a matching object',
      kustomize: {
        patches: [
          replicas(2),
          { patch: 'apiVersion: v1\nkind: Service\nmetadata:\n  name: gone\nspec: {}\n' },
        ],
      },
      message: /^postRenderers\[1\]\.kustomize\.patches\[1\] \(target Service\/gone\): .*no matches for Id/,
    },
    {
      name: 'a path that is not there',
      kustomize: {
        patches: [
          replicas(2),
          { target: { kind: 'Deploy.*' }, patch: '- op: remove\n  path: /spec/nothing\n' },
          replicas(3),
        ],
      },
      message: /^postRenderers\[1\]\.kustomize\.patches\[1\] \(target kind=Deploy\.\*\): .*\/spec\/nothing/,
    },
    {
      name: 'a patch that is none',
      kustomize: { patches: [{ target: { kind: 'Secret' }, patch: 'token: [s3cr3t-value' }] },
      message: /^postRenderers\[1\]\.kustomize\.patches\[0\] \(target kind=Secret\): (?!.*s3cr3t)/,
    },
    {
      name: 'aliases beyond all bounds',
      kustomize: {
        patches: [
          {
            patch: `a: &a [${'x,'.repeat(500)}]\nb: &b [${'*a,'.repeat(100)}]\nc: [${'*b,'.repeat(100)}]\n`,
          },
        ],
      },
      message: /^postRenderers\[1\]\.kustomize: .*patches\[0\]:\d+:\d+: aliases stand for too much/,
    },
  ])('names post-renderer and patch of $name, and no secret', async ({ kustomize: fields, message }) => {
    const failure = render({ postRenderers: [{}, { kustomize: fields }] });

    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow('s3cr3t-value');
  });

  it('names the post-renderer whose images no object can have', async () => {
    const failure = render({
      postRenderers: [{ kustomize: { images: [{ name: '[', newTag: '2' }] } }],
    });

    await expect(failure).rejects.toThrow(/^postRenderers\[0\]\.kustomize\.images: /);
  });

  it('leaves nothing behind', async () => {
    const left = await readdir(scratchDir);

    expect(left.filter((name) => !name.startsWith('kustomize-'))).toEqual([]);
  });
});
