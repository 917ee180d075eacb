import { describe, expect, it } from 'vitest';
import { failed, transient } from '../../../../../activities/failures.ts';
import { registryAccessOf } from '../../../../../activities/image/repository/registry-access.ts';
import { redact } from '../../../../../activities/redact.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import { Reason } from '../../../../../api/reasons.ts';
import { dockerConfig, imageRepositoryOf, secretObject } from '../../../../support/image-scan.ts';
import { StoredObjects } from '../../../../support/stored-objects.ts';

type CloudLogin = Parameters<typeof registryAccessOf>[0]['cloudLogin'];

function account(name: string, ...secrets: readonly string[]): KubeObject {
  const metadata = { namespace: 'apps', name, uid: name, resourceVersion: '1' };
  const imagePullSecrets = secrets.map((secret) => ({ name: secret }));
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, imagePullSecrets };
}

const OBJECTS = [
  account('robot', 'of-robot'),
  account('lost', 'nowhere'),
  account('bare'),
  secretObject('pull', dockerConfig('ghcr.io', 'user', 'CANARY-pull')),
  secretObject('of-robot', dockerConfig('ghcr.io/team', 'robot', 'CANARY-robot')),
  secretObject('elsewhere', dockerConfig('quay.io', 'user', 'CANARY-elsewhere')),
  secretObject('no-config', { password: 'CANARY-none' }),
  secretObject('no-address', { username: 'me' }),
  secretObject('bad-address', { address: 'socks5://proxy.example:1080' }),
  secretObject('bad-certs', { 'tls.crt': 'x' }),
];

async function access(
  spec: object,
  image = 'ghcr.io/team/app',
  cloudLogin: CloudLogin = () => Promise.reject(new Error('no cloud')),
) {
  const deps = { kube: new StoredObjects(...OBJECTS).kube, cloudLogin };
  return await registryAccessOf(deps, imageRepositoryOf(image, { spec }), new AbortController().signal);
}

describe('a registry is asked', () => {
  const robot = { username: 'robot', password: 'CANARY-robot' };
  const user = { username: 'user', password: 'CANARY-pull' };
  it.each([
    ['by nobody, where nothing is named', {}, undefined],
    ['with the Secret of the object', { secretRef: { name: 'pull' } }, user],
    ['with the Secrets of its ServiceAccount', { serviceAccountName: 'robot' }, robot],
    ['with the better entry of both', { secretRef: { name: 'pull' }, serviceAccountName: 'robot' }, robot],
    ['by nobody, where the ServiceAccount has no Secret', { serviceAccountName: 'bare' }, undefined],
    ['by nobody, where the Secret is for another registry', { secretRef: { name: 'elsewhere' } }, undefined],
  ])('%s', async (_name, spec, basic) => {
    expect((await access(spec)).basic).toEqual(basic);
    expect(redact('CANARY-robot CANARY-pull')).not.toMatch(basic ? new RegExp(basic.password) : /^$/);
  });

  it.each([
    ['ghcr.io/team/app', false, 'https://ghcr.io', false],
    ['ghcr.io/team/app', true, 'https://ghcr.io', 'if needed'],
    ['podinfo', false, 'https://registry-1.docker.io', false],
    ['localhost:5000/app', false, 'https://localhost:5000', true],
    ['localhost:5000/app', true, 'https://localhost:5000', 'if needed'],
  ])('where it is: %s, insecure %s', async (image, insecure, href, mayBePlain) => {
    const { origin, ...how } = await access({ insecure }, image);

    expect(origin.origin).toBe(href);
    expect(how.mayBePlain).toBe(mayBePlain);
  });

  it('with what the cloud gives', async () => {
    const asked: unknown[] = [];
    const login: CloudLogin = async (provider, { host }) => {
      asked.push([provider, host]);
      return { username: 'AWS', password: 'CANARY-cloud', expiresAt: 1 };
    };
    const host = '012345678901.dkr.ecr.eu-west-1.amazonaws.com';

    const { basic } = await access({ provider: 'aws', secretRef: { name: 'pull' } }, `${host}/app`, login);

    expect(basic).toEqual({ username: 'AWS', password: 'CANARY-cloud' });
    expect(asked).toEqual([['aws', host]]);
    expect(redact('CANARY-cloud')).toBe('***');
  });
});

describe('what is missing is named:', () => {
  it.each([
    [
      'a Secret',
      { secretRef: { name: 'gone' } },
      "secret 'apps/gone' of spec.secretRef not found; create it",
    ],
    [
      'a config',
      { secretRef: { name: 'no-config' } },
      "secret 'apps/no-config' of spec.secretRef has no '.dockerconfigjson'",
    ],
    [
      'a ServiceAccount',
      { serviceAccountName: 'gone' },
      "serviceaccount 'apps/gone' not found; create it or correct spec.serviceAccountName",
    ],
    [
      'a Secret of a ServiceAccount',
      { serviceAccountName: 'lost' },
      "secret 'apps/nowhere' of serviceaccount 'apps/lost' not found",
    ],
    [
      'certificates',
      { certSecretRef: { name: 'gone' } },
      "secret 'apps/gone' of spec.certSecretRef not found",
    ],
    [
      'a key',
      { certSecretRef: { name: 'bad-certs' } },
      "secret 'apps/bad-certs' of spec.certSecretRef has only one of 'tls.crt' and 'tls.key'",
    ],
    ['a proxy', { proxySecretRef: { name: 'gone' } }, "secret 'apps/gone' of spec.proxySecretRef not found"],
    [
      'the address of a proxy',
      { proxySecretRef: { name: 'no-address' } },
      "secret 'apps/no-address' of spec.proxySecretRef has no 'address'",
    ],
    [
      'a proxy of http',
      { proxySecretRef: { name: 'bad-address' } },
      "secret 'apps/bad-address' of spec.proxySecretRef: its 'address' must be http:// or https://",
    ],
  ])('%s', async (_name, spec, message) => {
    const error: unknown = await access(spec).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      type: 'AuthenticationFailed',
      nonRetryable: true,
      details: [{ stalled: false }],
    });
    expect((error as Error).message).toContain(`failed to configure authentication options: ${message}`);
    expect((error as Error).message).not.toContain('CANARY');
  });

  it.each([
    [failed(Reason.AuthenticationFailed, 'no identity'), true],
    [transient(Reason.AuthenticationFailed, 'no identity'), false],
  ])('an identity of the cloud, tried again only where that may help', async (error, nonRetryable) => {
    const asking = access({ provider: 'gcp' }, 'europe-docker.pkg.dev/p/r/app', () => Promise.reject(error));

    await expect(asking).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      nonRetryable,
      message: 'failed to configure authentication options: no identity',
    });
  });
});
