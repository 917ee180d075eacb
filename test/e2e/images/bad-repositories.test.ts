import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { startHttpFront } from '../../support/http-front.ts';
import { imageHome } from '../../support/image-home.ts';
import { pushImage } from '../../support/oci-push.ts';
import { expectFailures, type Told } from '../../support/told.ts';

type Fields = Readonly<Record<string, unknown>>;

interface BadSpec extends Told {
  /** Merged into the spec of an object that is well. */
  readonly change: Fields;
}

const PASSWORD = 'CANARY-5c1f';
const RIGHT = `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}`;
// One scan waits for the registry as long as it may.
const unread = (message: string) => ({
  reason: 'ReadOperationFailed',
  message: `^scan failed: .*${message}`,
});

const REPOSITORIES: Readonly<Record<string, BadSpec>> = {
  'unknown-image': {
    change: { image: '<registry>/apps/none' },
    ...unread('there is no such image: push it, or correct spec.image'),
  },
  'no-login': {
    change: { image: '<front>/locked/app' },
    ...unread('no credentials were shown: name a docker config with an entry for <front> in spec.secretRef'),
  },
  'wrong-login': {
    change: { image: '<front>/locked/app', secretRef: { name: 'wrong' } },
    ...unread('see whether the credentials for <front> are right and may pull the image'),
  },
  'login-of-another': {
    change: { image: '<front>/locked/app', secretRef: { name: 'another' } },
    ...unread('no credentials were shown: name a docker config with an entry for <front> in spec.secretRef'),
  },
  'missing-secret': {
    change: { secretRef: { name: 'none' } },
    reason: 'AuthenticationFailed',
    message: "^failed to configure authentication options: .*'<ns>/none'.*create it",
  },
  'missing-certificate': {
    change: { certSecretRef: { name: 'none' } },
    reason: 'AuthenticationFailed',
    message: "'<ns>/none' of spec.certSecretRef not found; create it",
  },
  'missing-proxy': {
    change: { proxySecretRef: { name: 'none' } },
    reason: 'AuthenticationFailed',
    message: "'<ns>/none' of spec.proxySecretRef not found; create it",
  },
  'missing-account': {
    change: { serviceAccountName: 'none' },
    reason: 'AuthenticationFailed',
    message: "serviceaccount '<ns>/none' not found; create it or correct spec.serviceAccountName",
  },
  'nobody-there': {
    change: { image: '127.0.0.1:1/apps/none' },
    ...unread('see whether spec.image is right and the registry is up'),
  },
  silent: {
    change: { image: '<front>/silent/app', timeout: '1s' },
    ...unread('see whether the registry is well, or raise spec.timeout'),
  },
  cyclic: { change: { image: '<front>/cyclic/app' }, ...unread('the list of tags repeats itself') },
  repeating: { change: { image: '<front>/repeating/app' }, ...unread('the list of tags repeats itself') },
  elsewhere: {
    change: { image: '<front>/elsewhere/app' },
    ...unread('at another address, which is not foll'),
  },
  garbled: { change: { image: '<front>/garbled/app' }, ...unread('that is no list of tags') },
  many: { change: { image: '<front>/many/app' }, ...unread('the list of tags has more than 100000 tags') },
  'with-tag': {
    change: { image: '<registry>/apps/podinfo:42' },
    reason: 'ImageURLInvalid',
    message: "^image '<registry>/apps/podinfo:42' should not include a tag; remove ':42'",
    isStalled: true,
  },
  'with-scheme': {
    change: { image: 'https://<registry>/apps/podinfo' },
    reason: 'ImageURLInvalid',
    message: "should not include URL scheme; remove 'https://'",
    isStalled: true,
  },
  'no-image': {
    change: { image: 'Not/An Image' },
    reason: 'ImageURLInvalid',
    message: 'could not parse reference: Not/An Image',
    isStalled: true,
  },
  'bad-exclusion': {
    change: { exclusionList: ['^ok$', '(rc'] },
    ...unread('failed to compile regex \\(rc.*correct spec.exclusionList\\[1\\]'),
  },
  'identity-of-its-own': {
    change: { provider: 'aws', serviceAccountName: 'default' },
    reason: 'FeatureGateDisabled',
    message: 'please enable the ObjectLevelWorkloadIdentity feature gate',
    isStalled: true,
  },
  overflowing: {
    change: { interval: '9999999999h' },
    reason: 'InvalidSpec',
    message: 'spec.interval: "9999999999h" is not a duration',
    isStalled: true,
  },
};

test('ImageRepositories of bad specs and servers say so, keep what they had, and mend', async () => {
  const { home, registry, image, push, repository } = await imageHome();
  let isMended = false;
  await using front = await startHttpFront({
    target: registry.url,
    answer: (request, response) => misbehave(request, response, isMended),
  });
  const hosts = { registry: registry.host, front: new URL(front.url).host };
  const { kube, namespace } = home;
  const login = (name: string, host: string, password: string) =>
    kube.create({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      metadata: { name, namespace },
      stringData: dockerConfig(host, password),
    });
  await login('wrong', hosts.front, 'CANARY-wrong');
  await login('another', 'registry.example.org', PASSWORD);
  await push(['1', '2']);
  const names = Object.keys(REPOSITORIES);
  await Promise.all([...names, 'good'].map((name) => repository({}, name)));
  const scans = await Promise.all(
    names.map(async (name) => (await home.ready(Kind.ImageRepository, name)).status?.lastScanResult),
  );

  for (const [name, { change }] of Object.entries(REPOSITORIES)) {
    await home.update(Kind.ImageRepository, name, filled(change, hosts));
  }
  await expectFailures(home, Kind.ImageRepository, REPOSITORIES, hosts);

  const kept = await Promise.all(
    names.map(async (name) => (await home.get(Kind.ImageRepository, name)).status?.lastScanResult),
  );
  expect(kept).toEqual(scans);
  await push(['3']);
  const good = await home.reconcile(Kind.ImageRepository, 'good');
  expect(good.status?.lastScanResult?.tagCount).toBe(3);

  isMended = true;
  await pushImage({ url: registry.url, repository: 'apps/none' }, ['1']);
  for (const name of ['wrong', 'another']) {
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace, name };
    await kube.patch(secret, { stringData: dockerConfig(hosts.front, PASSWORD) }, { type: 'merge' });
  }
  const well = { image, interval: '1h', exclusionList: null, secretRef: null, serviceAccountName: null };
  const more = { certSecretRef: null, proxySecretRef: null, provider: null };
  for (const [name, { change }] of Object.entries(REPOSITORIES)) {
    const isOfTheServer = MENDED_OUTSIDE.some((part) => JSON.stringify(change).includes(part));
    if (isOfTheServer) await home.request(Kind.ImageRepository, name);
    else await home.update(Kind.ImageRepository, name, { ...well, ...more });
  }
  await home.update(Kind.ImageRepository, 'no-login', { secretRef: { name: 'wrong' } });
  for (const name of names) await home.ready(Kind.ImageRepository, name);
});

test('a registry that wants a rest gets it from all of its objects, and other registries are asked meanwhile', async () => {
  const { home, registry, push, repository } = await imageHome();
  const asked: number[] = [];
  let rest: number | undefined = 3600;
  await using front = await startHttpFront({
    target: registry.url,
    answer: (_request, response) => {
      asked.push(performance.now());
      if (rest === undefined) return false;
      response.writeHead(429, { 'Retry-After': rest }).end();
      if (rest < 3600) rest = undefined;
      return true;
    },
  });
  const { host } = new URL(front.url);
  await push(['1']);
  const limited = { image: `${host}/apps/podinfo`, timeout: '1s' };
  const told = unread(`HTTP 429.*; all objects of ${host} wait with it`);

  await repository(limited, 'first');
  await expectFailures(home, Kind.ImageRepository, { first: told });
  const before = asked.length;
  await repository(limited, 'second');
  await repository({}, 'elsewhere');

  await home.ready(Kind.ImageRepository, 'elsewhere');
  await home.condition(Kind.ImageRepository, 'second', 'Ready', 'ReadOperationFailed');
  expect(asked).toHaveLength(before);

  // Of another address, as nobody waits for an hour here.
  await using busy = await startHttpFront({ target: front.url });
  rest = 2;
  asked.length = 0;
  const { host: soon } = new URL(busy.url);
  for (const name of ['third', 'fourth']) await repository({ image: `${soon}/apps/podinfo` }, name);
  for (const name of ['third', 'fourth']) await home.ready(Kind.ImageRepository, name);
  const [refused = 0, ...later] = asked;
  const pause = Math.max(...later) - refused;
  expect(pause).toBeGreaterThan(1900);
});

/** What is mended by somebody else than who wrote the spec. */
const MENDED_OUTSIDE = ['<front>', '<registry>/apps/none'];

function dockerConfig(host: string, password: string) {
  return { '.dockerconfigjson': JSON.stringify({ auths: { [host]: { username: 'ada', password } } }) };
}

function filled(change: Fields, hosts: Readonly<Record<string, string>>): Fields {
  const text = JSON.stringify(change).replaceAll(/<(\w+)>/g, (_, word: string) => hosts[word] ?? '');
  return JSON.parse(text) as Fields;
}

/** Lists of tags as broken servers have them, each under the name of its fault. */
function misbehave(request: IncomingMessage, response: ServerResponse, isMended: boolean): boolean {
  const [, fault = ''] = /^\/v2\/(\w+)\/app\/tags\/list/.exec(request.url ?? '') ?? [];
  if (fault === 'locked' && request.headers.authorization !== RIGHT) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="front"' }).end();
    return true;
  }
  if (fault === '') return false;
  if (isMended) response.end(GOOD);
  else if (fault !== 'silent') answerPage(response, PAGES[fault]?.(request.url ?? '') ?? {});
  return true;
}

function answerPage(response: ServerResponse, { link, text = GOOD }: Page): void {
  response.writeHead(200, link ? { Link: `<${link}>; rel="next"` } : {}).end(text);
}

const GOOD = '{"tags":["1"]}';

interface Page {
  readonly link?: string;
  readonly text?: string;
}

const PAGES: Readonly<Record<string, (path: string) => Page>> = {
  cyclic: () => ({ link: '/v2/cyclic/app/tags/list?last=1', text: `{"tags":[]}` }),
  repeating: (path) => ({ link: `${path}0` }),
  elsewhere: () => ({ link: 'http://127.0.0.1:1/v2/elsewhere/app/tags/list?last=1' }),
  garbled: () => ({ text: '<html>Welcome</html>' }),
  many: () => ({ text: JSON.stringify({ tags: Array.from({ length: 100_001 }, (_, index) => `${index}`) }) }),
};
