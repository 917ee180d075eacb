import { expect, test } from 'vitest';
import { Kind } from '../../api/object-ref.ts';
import { configMap, fluxHome } from '../support/flux.ts';
import { customResource, definition, deployment } from '../support/manifests.ts';
import { resultOf, runsOf, temporalClient } from '../support/temporal.ts';

test('variables come from the spec before Secrets and ConfigMaps, later ones before earlier ones', async () => {
  const data = { a: '${a}', b: '${b}', c: '${c}', d: '${d:=fallback}', e: '${a^^}', f: '$${a}' };
  const home = await fluxHome({
    files: { 'app/one.yaml': configMap('one', data), 'app/two.yaml': skipped() },
  });
  const { kube, namespace } = home;
  const metadata = { name: 'vars', namespace };
  await kube.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { a: 'cm-a', b: 'cm-b', c: 'cm-c' },
  });
  const secret = { b: 'line\nfeed', c: 'secret-c' };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: secret });
  await home.kustomization('app', {
    path: './app',
    postBuild: {
      substitute: { c: 'spec-c' },
      substituteFrom: [
        { kind: 'ConfigMap', name: 'vars' },
        { kind: 'Secret', name: 'vars' },
        { kind: 'ConfigMap', name: 'none', optional: true },
      ],
    },
  });

  await home.ready('Kustomization', 'app');

  expect(await home.live('ConfigMap', 'one')).toMatchObject({
    data: { a: 'cm-a', b: 'linefeed', c: 'spec-c', d: 'fallback', e: 'CM-A', f: '${a}' },
  });
  expect(await home.live('ConfigMap', 'two')).toMatchObject({ data: { a: '${a}' } });
});

test('a changed ConfigMap of variables wakes its readers when it is labelled so', async () => {
  const home = await fluxHome({ files: { 'app/one.yaml': configMap('one', { a: '${a}' }) } });
  const { kube, namespace } = home;
  const labels = { 'reconcile.fluxcd.io/watch': 'Enabled' };
  const vars = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'vars', namespace, labels } };
  await kube.create({ ...vars, data: { a: 'old' } });
  const substituteFrom = [{ kind: 'ConfigMap', name: 'vars' }];
  await home.kustomization('app', { path: './app', postBuild: { substituteFrom } });
  await home.ready('Kustomization', 'app');

  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'vars' };
  await kube.patch(target, { data: { a: 'new' } }, { type: 'merge' });

  await expect.poll(() => home.live('ConfigMap', 'one')).toMatchObject({ data: { a: 'new' } });
  const client = await temporalClient();
  const triggers = async () =>
    (await runsOf(client, home.ref(Kind.Kustomization, 'app'))).map(
      (run) => run.searchAttributes['PawlTrigger'],
    );
  await expect.poll(triggers).toContainEqual(['Config']);
});

test('patches, images, names, metadata and components change what is built', async () => {
  const home = await fluxHome({
    files: {
      'app/kustomization.yaml': 'resources: [web.yaml, one.yaml]\n',
      'app/web.yaml': deployment('web'),
      'app/one.yaml': configMap('one'),
      'component/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [two.yaml]\n',
      'component/two.yaml': configMap('two'),
    },
  });
  await home.kustomization('app', {
    path: './app',
    namePrefix: 'pre-',
    nameSuffix: '-post',
    commonMetadata: { labels: { team: 'blue' }, annotations: { 'test.example/by': 'pawl' } },
    components: ['../component', '../none'],
    ignoreMissingComponents: true,
    images: [{ name: 'registry.example/app', newName: 'mirror.example/app', newTag: '2' }],
    patches: [
      {
        target: { kind: 'Deployment', name: 'web' },
        patch: '- op: replace\n  path: /spec/replicas\n  value: 1\n',
      },
      { patch: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  patched: "yes"\n' },
    ],
  });

  await home.ready('Kustomization', 'app');

  const web = await home.live('Deployment', 'pre-web-post', 'apps/v1');
  expect(web).toMatchObject({
    metadata: { labels: { team: 'blue' }, annotations: { 'test.example/by': 'pawl' } },
    spec: { replicas: 1, template: { spec: { containers: [{ image: 'mirror.example/app:2' }] } } },
  });
  expect(web).not.toHaveProperty('spec.template.metadata.labels.team');
  expect(await home.live('ConfigMap', 'pre-one-post')).toMatchObject({
    data: { patched: 'yes', key: 'value' },
  });
  expect(await home.live('ConfigMap', 'pre-two-post')).toMatchObject({
    metadata: { labels: { team: 'blue' } },
  });
});

test('a directory without a kustomization file is taken as a whole, its own kustomizations as one', async () => {
  const home = await fluxHome({
    files: {
      'app/one.yaml': configMap('one'),
      'app/deep/er/two.yml': configMap('two'),
      'app/base/kustomization.yaml': 'resources: [three.yaml]\nnamePrefix: in-\n',
      'app/base/three.yaml': configMap('three'),
      'app/base/unlisted.yaml': configMap('unlisted'),
      'app/notes.md': '# not a manifest\n',
    },
  });
  await home.kustomization('app', { path: './app' });

  const { status } = await home.ready('Kustomization', 'app');

  expect(status?.inventory?.entries.map(({ id }) => id)).toEqual(
    ['in-three', 'one', 'two'].map((name) => `${home.namespace}_${name}__ConfigMap`),
  );
});

test('a definition and its objects in one push are applied in order', async () => {
  const home = await fluxHome();
  const { namespace } = home;
  const group = `${namespace}.test.example`;
  await home.push({
    'app/a-thing.yaml': customResource(group, 'Thing', 'first'),
    'app/crd.yaml': definition(namespace).manifest,
  });
  await home.kustomization('app', { path: './app', wait: true });

  await home.ready('Kustomization', 'app');

  home.kube.discovery.reset();
  expect(await home.live('Thing', 'first', `${group}/v1`)).toBeDefined();
  const client = await temporalClient();
  const [run] = await runsOf(client, home.ref(Kind.Kustomization, 'app'));
  const passes = run ? (await resultOf(client, run)).passes : [];
  expect(passes.at(-1)?.outcome).toBe('Succeeded');
});

/** Left alone by substitution. */
function skipped(): string {
  const annotation = '"metadata":{"annotations":{"kustomize.toolkit.fluxcd.io/substitute":"disabled"},';
  return configMap('two', { a: '${a}' }).replace('"metadata":{', annotation);
}
