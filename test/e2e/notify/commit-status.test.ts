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
  'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
  'charts/app/templates/one.yaml': configMap('charted'),
};

const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';

/** Keeps one status of each commit for all Kustomizations and HelmReleases of the home. */
async function keepOneStatus({ kube, namespace }: FluxHome, host: GitHost): Promise<void> {
  const metadata = { name: 'all', namespace };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: TOKEN } });
  const provider = { type: 'github', address: host.repositoryUrl, secretRef: { name: 'all' } };
  await kube.create({ apiVersion: NOTIFICATION, kind: 'Provider', metadata, spec: provider });
  const eventSources = [
    { kind: 'Kustomization', name: '*' },
    { kind: 'HelmRelease', name: '*' },
  ];
  const annotations = { 'pawl.dev/commit-status': 'aggregate' };
  await kube.create({
    apiVersion: NOTIFICATION,
    kind: 'Alert',
    metadata: { ...metadata, annotations },
    spec: { providerRef: { name: 'all' }, eventSources },
  });
}

/** Three Kustomizations and a release; `slow` is healthy while there is a ConfigMap `gate`. */
async function build(home: FluxHome): Promise<void> {
  const { namespace } = home;
  const gate = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gate', namespace };
  await home.kustomization('good', { path: './good' });
  await home.kustomization('slow', { path: './slow', healthChecks: [gate], timeout: '2m' });
  await home.kustomization('bad', { path: './bad', retryInterval: '1h' });
  const sourceRef = { kind: Kind.GitRepository, name: 'home' };
  await home.kube.create({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: Kind.HelmRelease,
    metadata: { name: 'app', namespace },
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
  const statusesOf = (revision: string) =>
    host.statuses.filter(({ commit }) => revision.endsWith(commit)).map(({ state }) => state);
  const lastOf = (revision: string) =>
    host.statuses.findLast(({ commit }) => revision.endsWith(commit))?.description;
  await keepOneStatus(home, host);
  const first = await home.push(FILES, 'first');
  await build(home);
  await home.source();

  await home.ready(Kind.HelmRelease, 'app');
  await home.condition(Kind.Kustomization, 'bad', 'Ready', 'ReconciliationFailed');
  await expect.poll(() => statusesOf(first), POLL).toEqual(['pending']);
  await setGate();
  await expect.poll(() => lastOf(first), POLL).toBe(`1 of 4 objects failed: Kustomization/${namespace}/bad`);
  expect(statusesOf(first)).toEqual(['pending', 'failure']);

  await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'gate', namespace });
  const second = await home.deploy({ 'bad/one.yaml': configMap('bad') });
  await home.ready(Kind.Kustomization, 'bad', second);
  await expect.poll(() => statusesOf(second), POLL).toEqual(['pending']);
  const third = await home.deploy({ 'good/one.yaml': configMap('good', { at: 'third' }) });
  await expect.poll(() => statusesOf(second), POLL).toEqual(['pending', 'error']);
  await expect.poll(() => statusesOf(third), POLL).toEqual(['pending']);
  expect(lastOf(second)).toMatch(/^superseded before \d of 4 objects had tried it$/);
  await setGate();
  await expect.poll(() => lastOf(third), POLL).toBe('4 objects reconciled');
  expect(statusesOf(third)).toEqual(['pending', 'success']);
  // What had ended is not taken back by a push that comes right after it.
  expect(statusesOf(first)).toEqual(['pending', 'failure']);
  expect(new Set(host.statuses.map(({ name }) => name)).size).toBe(1);
});
