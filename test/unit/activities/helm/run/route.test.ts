import { expect, test } from 'vitest';
import { route } from '../../../../../activities/helm/run/route.ts';

const place = { storageNamespace: 'flux-system', releaseNamespace: 'apps', releaseName: 'web' };
const to = (method: string, url: string) => route(method, url, place);

test.for([
  ['GET', '/version?timeout=32s'],
  ['GET', '/apis'],
  ['GET', '/openapi/v3/apis/apps/v1?hash=ABC'],
  ['PATCH', '/apis/apps/v1/namespaces/apps/deployments/web?force=true'],
  ['GET', '/api/v1/namespaces/apps'],
  ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aadmin'],
  ['GET', '/api/v1/namespaces/apps/pods/web/log'],
  // A Namespace is an object like others, and so may be one that is called as a subresource.
  ['GET', '/api/v1/namespaces/exec'],
  ['POST', '/api/v1/namespaces/apps/pods/web/eviction'],
] as const)('%s %s goes on as it is', ([method, url]) => {
  expect(to(method, url)?.path).toBe(url);
});

test.for<[string]>([
  ['/metrics'],
  ['/'],
  [''],
  ['api/v1'],
  ['/logs/kube-apiserver.log'],
  ['/api/v1/namespaces/apps/pods/web/exec?command=sh'],
  ['/api/v1/namespaces/apps/pods/web/%65xec'],
  ['/api/v1/namespaces/apps/pods/web/attach'],
  ['/api/v1/namespaces/apps/pods/web/portforward'],
  ['/api/v1/namespaces/apps/services/web/proxy/admin'],
  ['/api/v1/nodes/one/proxy/run'],
  ['/api/v1/proxy/nodes/one'],
  ['/api/v1/watch/secrets'],
  ['/api/v1/namespaces/apps/pods/../secrets'],
  ['/api/v1/namespaces/apps/pods/%2e%2e/secrets'],
  ['/api/v1//secrets'],
  ['/api/v1/namespaces/apps%2Fsecrets/x'],
  ['/api/v1/secrets%00'],
  ['/api/v1/%E0%A4%A'],
  ['http://elsewhere/api'],
])('refuses %s', ([url]) => {
  expect(to('GET', url)).toBeUndefined();
});

const RECORDS = '/api/v1/namespaces/flux-system/secrets';

test.for([
  ['GET', 'secrets/sh.helm.release.v1.web.v7', `${RECORDS}/sh.helm.release.v1.web.v7`, 7],
  ['PUT', 'secrets/sh.helm.release.v1.web.v12', `${RECORDS}/sh.helm.release.v1.web.v12`, 12],
  ['DELETE', 'secrets/sh.helm.release.v1.web.v1', `${RECORDS}/sh.helm.release.v1.web.v1`, 1],
  [
    'GET',
    'secrets?labelSelector=name%3Dweb%2Cowner%3Dhelm',
    `${RECORDS}?labelSelector=name%3Dweb%2Cowner%3Dhelm`,
    undefined,
  ],
] as const)('%s %s is about a record', ([method, rest, path, version]) => {
  expect(to(method, `/api/v1/namespaces/apps/${rest}`)).toMatchObject({ path, isObjectRead: false });
  expect(to(method, `/api/v1/namespaces/apps/${rest}`)?.version).toBe(version);
});

test.for([
  // Of the chart.
  ['GET', '/api/v1/namespaces/apps/secrets/password'],
  ['PATCH', '/api/v1/namespaces/apps/secrets/sh.helm.release.v1.web.v7'],
  // Of others.
  ['GET', '/api/v1/namespaces/apps/secrets/sh.helm.release.v1.website.v1'],
  ['GET', '/api/v1/namespaces/apps/secrets/sh.helm.release.v1.web.v0'],
  ['GET', '/api/v1/namespaces/other/secrets/sh.helm.release.v1.web.v1'],
  ['GET', '/apis/example.com/v1/namespaces/apps/secrets/sh.helm.release.v1.web.v1'],
  ['GET', '/api/v1/namespaces/apps/secrets?labelSelector=owner%3Dhelm'],
  ['GET', '/api/v1/namespaces/apps/secrets'],
  ['DELETE', '/api/v1/namespaces/apps/secrets?labelSelector=name%3Dweb%2Cowner%3Dhelm'],
] as const)('%s %s is about no record of the release', ([method, url]) => {
  expect(to(method, url)).toMatchObject({ path: url, version: undefined });
});

test('a new Secret in the namespace of the release may be a record', () => {
  expect(to('POST', '/api/v1/namespaces/apps/secrets')?.mayCreateRecord).toBe(true);
  expect(to('POST', '/api/v1/namespaces/other/secrets')?.mayCreateRecord).toBe(false);
  expect(to('POST', '/api/v1/namespaces/apps/configmaps')?.mayCreateRecord).toBe(false);
});

test("writes bear Flux's field manager where they bore helm's", () => {
  const path = '/api/v1/namespaces/apps/configmaps/web';

  expect(to('PATCH', `${path}?fieldManager=helm&force=true`)?.path).toBe(
    `${path}?fieldManager=helm-controller&force=true`,
  );
  expect(to('PATCH', `${path}?fieldManager=other`)?.path).toBe(`${path}?fieldManager=other`);
});

test.for([
  ['/api/v1/namespaces/apps/pods?watch=true&limit=5', true],
  ['/api/v1/namespaces/apps/pods?watch=1', true],
  ['/api/v1/namespaces/apps/pods?watch=false', false],
  ['/api/v1/namespaces/apps/pods', false],
] as const)('%s is a watch: %s', ([url, expected]) => {
  expect(to('GET', url)?.isWatch).toBe(expected);
});
