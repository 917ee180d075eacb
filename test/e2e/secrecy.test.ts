import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { found, histories } from '../support/canaries.ts';
import { configMap, type FluxHome, fluxHome } from '../support/flux.ts';
import { type Stack, startStack } from '../support/harness.ts';
import { manifest } from '../support/manifests.ts';

// Its log and all its histories are read, so it is not the stack that all tests share.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  await stack.startWorker({ args: ['--log-level=debug'] });
});

afterAll(() => stack?.stop());

// Characters that a URL, a shell and base64 each write differently.
const CANARY = {
  git: 'CANARY-git/p@ss:w?rd&1',
  wrong: 'CANARY-wrong/p@ss',
  bearer: 'CANARY-bearer-token~1',
  variable: 'CANARY-variable+value=1',
  manifest: 'CANARY-manifest "quoted"',
  drift: 'CANARY-drift',
  invalid: 'CANARY-invalid%',
};

test('no credential and no secret value leaves the worker: not in objects, events, log or history', async () => {
  const home = await fluxHome({
    stack,
    source: false,
    git: { auth: { username: 'ada', password: CANARY.git } },
  });
  await credentials(home);
  await manifests(home);

  const places = await everythingToldBy(home);

  // The search itself works: what is no secret is found, and where a value was quoted there is a mask.
  const { log, ...others } = places;
  expect(log).toContain('worker started');
  for (const text of Object.values(others)) expect(text).toContain(home.namespace);
  for (const name of ['typed', 'nested', 'label'])
    expect((await home.condition('Kustomization', name, 'Ready', 'ReconciliationFailed')).message).toContain(
      '***',
    );
  expect(found(places, Object.values(CANARY))).toEqual([]);
});

/** A refused, a wrong and a right login, by password and by token. */
async function credentials(home: FluxHome): Promise<void> {
  const { kube, namespace } = home;
  const secrets = {
    right: { username: 'ada', password: CANARY.git },
    wrong: { username: 'ada', password: CANARY.wrong },
    bearer: { bearerToken: CANARY.bearer },
  };
  await home.push({ 'app/one.yaml': configMap('one') });
  for (const [name, stringData] of Object.entries(secrets)) {
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
    await home.source(name === 'right' ? 'home' : name, { secretRef: { name } });
  }
  const inUrl = home.git.url.replace('://', `://ada:${encodeURIComponent(CANARY.git)}@`);
  await home.source('in-url', { url: inUrl });
  await home.ready('GitRepository', 'home');
  await home.condition('GitRepository', 'wrong', 'Ready', 'AuthenticationFailed');
  await home.condition('GitRepository', 'bearer', 'Ready', 'AuthenticationFailed');
  await home.condition('GitRepository', 'in-url', 'Ready', 'URLInvalid');
  // The spec is the user's own doing; only what is told of it counts.
  await home.delete('GitRepository', 'in-url');
}

/** Values where they belong, and where the API server refuses them with a quotation. */
async function manifests(home: FluxHome): Promise<void> {
  const { kube, namespace } = home;
  const metadata = { name: 'vars', namespace };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { value: CANARY.variable } });
  const secret = (name: string, fields: object) =>
    manifest({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields });
  await home.push({
    'good/secret.yaml': secret('good', { stringData: { a: CANARY.manifest, b: '${value}' } }),
    'typed/secret.yaml': secret('typed', { stringData: { a: CANARY.manifest }, immutable: CANARY.invalid }),
    'base64/secret.yaml': secret('base64', { data: { a: CANARY.invalid } }),
    'nested/secret.yaml': secret('nested', { stringData: { a: { b: CANARY.invalid } } }),
    'label/one.yaml': configMap('one').replace('"metadata":{', '"metadata":{"labels":{"a":"${value}"},'),
    'broken/one.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata:\n  a: "${value}\n',
  });
  await home.request('GitRepository', 'home');
  const postBuild = { substituteFrom: [{ kind: 'Secret', name: 'vars' }] };
  const names = ['good', 'typed', 'base64', 'nested', 'label', 'broken'];
  for (const name of names) await home.kustomization(name, { path: `./${name}`, postBuild });
  await home.ready('Kustomization', 'good');
  for (const name of ['typed', 'base64', 'nested', 'label'])
    await home.condition('Kustomization', name, 'Ready', 'ReconciliationFailed');
  await home.condition('Kustomization', 'broken', 'Ready', 'BuildFailed');
  const good = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'good' };
  await kube.patch(good, { stringData: { a: CANARY.drift } }, { type: 'merge' });
  await home.reconcile('Kustomization', 'good');
}

async function everythingToldBy({ kube, namespace }: FluxHome) {
  const read = async (apiVersion: string, kind: string) =>
    JSON.stringify((await kube.list({ apiVersion, kind, namespace })).items);
  return {
    sources: await read('source.toolkit.fluxcd.io/v1', 'GitRepository'),
    kustomizations: await read('kustomize.toolkit.fluxcd.io/v1', 'Kustomization'),
    events: await read('v1', 'Event'),
    log: readFileSync(join(stack.dir, 'worker-0', 'worker.log'), 'utf8'),
    histories: await histories(stack),
  };
}
