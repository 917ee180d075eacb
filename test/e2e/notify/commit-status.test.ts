import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../../support/flux.ts';
import { type GitHost, startGitHost } from '../../support/git-host.ts';

const TOKEN = 'CANARY-token-8812';
const BROKEN = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not A Name' } });

const FILES = {
  'good/one.yaml': configMap('good'),
  'slow/one.yaml': configMap('slow'),
  'bad/one.yaml': BROKEN,
  'after/one.yaml': configMap('after'),
  'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
  'charts/app/templates/one.yaml': configMap('charted'),
};

const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';

/** Has the host told of all Kustomizations and HelmReleases of the home; the Provider's UID. */
async function tellOf(
  { kube, namespace }: FluxHome,
  host: GitHost,
  type: 'github' | 'githubpullrequestcomment' = 'github',
  annotations: Readonly<Record<string, string>> = {},
): Promise<string> {
  const metadata = { name: type, namespace };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: TOKEN } });
  const provider = { type, address: host.repositoryUrl, secretRef: { name: type } };
  const made = await kube.create({ apiVersion: NOTIFICATION, kind: 'Provider', metadata, spec: provider });
  const eventSources = [
    { kind: 'Kustomization', name: '*' },
    { kind: 'HelmRelease', name: '*' },
  ];
  await kube.create({
    apiVersion: NOTIFICATION,
    kind: 'Alert',
    metadata: { ...metadata, annotations },
    spec: { providerRef: { name: type }, eventSources },
  });
  return made.metadata.uid ?? '';
}

/** Four Kustomizations and a release; `slow` is healthy while there is a ConfigMap `gate`, `after` waits for `bad`. */
async function build(home: FluxHome): Promise<void> {
  const { namespace } = home;
  const gate = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gate', namespace };
  await home.kustomization('good', { path: './good' });
  await home.kustomization('slow', { path: './slow', healthChecks: [gate], timeout: '2m' });
  await home.kustomization('bad', { path: './bad', retryInterval: '1h' });
  await home.kustomization('after', { path: './after', dependsOn: [{ name: 'bad' }] });
  await release(home);
}

async function release({ kube, namespace }: FluxHome, metadata: object = {}): Promise<void> {
  const sourceRef = { kind: Kind.GitRepository, name: 'home' };
  await kube.create({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: Kind.HelmRelease,
    metadata: { name: 'app', namespace, ...metadata },
    spec: {
      interval: '1h',
      chart: { spec: { chart: './charts/app', sourceRef, reconcileStrategy: 'Revision' } },
    },
  });
}

test('a commit has one status: pending while an object runs, then what all came to', async () => {
  await using host = await startGitHost('github', { repository: 'acme/fleet', token: TOKEN });
  const home = await fluxHome({ source: false });
  const { kube, namespace } = home;
  const setGate = () =>
    kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gate', namespace } });
  /** One after the other: what lasts is told again in other words. */
  const statusesOf = (revision: string) =>
    host.statuses
      .filter(({ commit }) => revision.endsWith(commit))
      .map(({ state }) => state)
      .filter((state, at, all) => state !== all[at - 1]);
  const lastOf = (revision: string) =>
    host.statuses.findLast(({ commit }) => revision.endsWith(commit))?.description;
  await tellOf(home, host, 'github', { 'pawl.dev/commit-status': 'aggregate' });
  const first = await home.push(FILES, 'first');
  await build(home);
  await home.source();

  await home.ready(Kind.HelmRelease, 'app');
  await home.condition(Kind.Kustomization, 'bad', 'Ready', 'ReconciliationFailed');
  await expect.poll(() => statusesOf(first), POLL).toEqual(['pending']);
  await setGate();
  await expect
    .poll(() => lastOf(first), POLL)
    .toBe(`1 of 5 objects failed: Kustomization/${namespace}/bad; 1 waiting for dependencies`);
  expect(statusesOf(first)).toEqual(['pending', 'failure']);

  await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'gate', namespace });
  const second = await home.deploy({ 'bad/one.yaml': configMap('bad') });
  await home.ready(Kind.Kustomization, 'bad', second);
  await expect.poll(() => statusesOf(second), POLL).toEqual(['pending']);
  const third = await home.deploy({ 'good/one.yaml': configMap('good', { at: 'third' }) });
  await expect.poll(() => statusesOf(second), POLL).toEqual(['pending', 'error']);
  await expect.poll(() => statusesOf(third), POLL).toEqual(['pending']);
  expect(lastOf(second)).toMatch(/^superseded before \d of 5 objects had tried it$/);
  await setGate();
  await expect.poll(() => lastOf(third), POLL).toBe('5 objects reconciled');
  expect(statusesOf(third)).toEqual(['pending', 'success']);
  // What had ended is not taken back by a push that comes right after it.
  expect(statusesOf(first)).toEqual(['pending', 'failure']);
  expect(new Set(host.statuses.map(({ name }) => name)).size).toBe(1);
});

test('each object has a status of its own, and a comment in the pull request that it names', async () => {
  await using host = await startGitHost('github', { repository: 'acme/fleet', token: TOKEN });
  const home = await fluxHome({ source: false });
  const uid = await tellOf(home, host);
  await tellOf(home, host, 'githubpullrequestcomment');
  const first = await home.push(FILES, 'first');
  const commit = first.slice(first.indexOf(':') + 1);
  const at = (annotations: Readonly<Record<string, string>>) => ({ annotations });
  await home.kustomization('good', { path: './good' });
  await home.kustomization('bad', { path: './bad' }, at({ 'event.toolkit.fluxcd.io/change_request': '7' }));
  await release(home, at({ 'event.toolkit.fluxcd.io/commit': `sha1:${commit}` }));
  await home.source();
  const [part = ''] = uid.split('-');
  /** The last one of each name. */
  const statuses = (of: string) => {
    const found = host.statuses.filter((one) => of.endsWith(one.commit));
    const words = found.map(({ name, state, description }) => [name, `${state}: ${description}`] as const);
    return Object.fromEntries(words.map(([name, said]) => [name.replace(`/${part}`, ''), said]));
  };

  await expect
    .poll(() => statuses(first), POLL)
    .toEqual({
      'helmrelease/app': 'success: install succeeded',
      'kustomization/bad': 'failure: reconciliation failed',
      'kustomization/good': 'success: reconciliation succeeded',
    });
  await expect
    .poll(() => host.comments.map(({ body }) => body), POLL)
    .toEqual([expect.stringContaining('⚠️')]);

  const second = await home.deploy({ 'bad/one.yaml': configMap('bad') });
  await expect
    .poll(() => statuses(second), POLL)
    .toEqual({
      'kustomization/bad': 'success: reconciliation succeeded',
      'kustomization/good': 'success: reconciliation succeeded',
    });
  await expect
    .poll(() => host.comments.map(({ pull, body }) => ({ pull, body })), POLL)
    .toEqual([{ pull: 7, body: expect.stringContaining(`ConfigMap/${home.namespace}/bad created`) }]);
});
