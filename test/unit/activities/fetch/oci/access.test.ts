import { describe, expect, it } from 'vitest';
import { parseChallenge } from '../../../../../activities/fetch/oci/challenge.ts';
import { registryBasicOf } from '../../../../../activities/fetch/oci/docker-config.ts';
import { mayAskForToken } from '../../../../../activities/fetch/oci/realm.ts';
import { apiHost, parseRepository } from '../../../../../activities/fetch/oci/reference.ts';

describe('the address of a repository', () => {
  it.each([
    ['oci://registry.example.com/charts/app', 'registry.example.com', 'charts/app'],
    ['oci://127.0.0.1:5000/app/', '127.0.0.1:5000', 'app'],
    ['registry.example.com/a.b/c_d/e__f/g--h', 'registry.example.com', 'a.b/c_d/e__f/g--h'],
    ['oci://[::1]:5000/app', '[::1]:5000', 'app'],
    ['oci://docker.io/library/app', 'docker.io', 'library/app'],
  ])('%s is read', (text, host, name) => {
    expect(parseRepository(text)).toEqual({ host, name });
  });

  it.each([
    ['oci://registry.example.com', 'names no repository'],
    ['oci://registry.example.com/App', 'names no repository'],
    ['oci://registry.example.com/app:1.0.0', 'names no repository'],
    ['oci://registry.example.com/app@sha256:abc', 'names no repository'],
    ['oci://registry.example.com/a//b', 'names no repository'],
    ['oci://registry.example.com/../b', 'names no repository'],
    ['oci://registry.example.com/app?x=y', 'names no repository'],
    [`oci://registry.example.com/${'a'.repeat(256)}`, 'names no repository'],
    ['oci://user:CANARY@registry.example.com/app', 'holds a user'],
    ['oci:///app', 'has no host'],
    ['oci://169.254.169.254/app', 'points to a link-local or metadata address'],
    ['oci://2852039166/app', 'has a host that is no plain host name or address'],
    ['oci://metadata.google.internal/app', 'points to a link-local or metadata address'],
    ['oci://a b/app', 'has no host'],
  ])('%s is refused', (text, problem) => {
    expect(parseRepository(text)).toContain(problem);
    expect(parseRepository(text)).not.toContain('CANARY');
  });

  it('is asked for at another place when it is on Docker Hub', () => {
    expect(['docker.io', 'index.docker.io', 'quay.io'].map(apiHost)).toEqual([
      'registry-1.docker.io',
      'registry-1.docker.io',
      'quay.io',
    ]);
  });
});

describe('a challenge', () => {
  it.each([
    ['Basic realm="registry"', { scheme: 'basic' }],
    ['basic', { scheme: 'basic' }],
    [
      'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"',
      {
        scheme: 'bearer',
        realm: 'https://auth.example.com/token',
        service: 'registry.example.com',
        scope: 'repository:a/b:pull,push',
      },
    ],
    [
      'Bearer realm="https://auth.example.com/token", Basic realm="x", scope="y"',
      {
        scheme: 'bearer',
        realm: 'https://auth.example.com/token',
        service: undefined,
        scope: 'y',
      },
    ],
    [
      'Basic realm="x", Bearer realm=https://auth.example.com/token',
      { scheme: 'bearer', realm: 'https://auth.example.com/token', service: undefined, scope: undefined },
    ],
    ['Bearer service="x"', undefined],
    ['Negotiate', undefined],
    [`Bearer realm="${'x'.repeat(10_000)}"`, undefined],
    [undefined, undefined],
  ])('%j is read', (header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });
});

describe('credentials of a registry', () => {
  it.each([
    ['https://registry.example.com', 'https://registry.example.com/token', true],
    ['https://registry.example.com', 'https://auth.example.com/token', true],
    ['https://registry-1.docker.io', 'https://auth.docker.io/token', true],
    ['https://registry.gitlab.com', 'https://gitlab.com/jwt/auth', true],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5001/token', true],
    ['http://registry:5000', 'https://registry/token', true],
    ['https://registry.example.com', 'http://registry.example.com/token', false],
    ['https://registry.example.com', 'https://evil.com/token', false],
    ['https://registry.example.com', 'https://registry.example.com.evil.com/token', false],
    ['https://registry.example.co.uk', 'https://evil.co.uk/token', false],
    ['https://mine.azurecr.io', 'https://mine.azurecr.io/oauth2/token', true],
    ['https://mine.azurecr.io', 'https://evil.azurecr.io/oauth2/token', false],
    ['https://mine.github.io', 'https://evil.github.io/token', false],
    ['http://127.0.0.1:5000', 'http://127.0.0.2:5000/token', false],
    ['http://registry:5000', 'http://other:5000/token', false],
  ])('of %s may be shown to %s: %s', (registry, realm, may) => {
    expect(mayAskForToken(new URL(registry), new URL(realm))).toBe(may);
  });
});

describe('a docker config', () => {
  const where = "secret 'apps/registry' of spec.secretRef";
  const auth = Buffer.from('user:CANARY:x').toString('base64');

  function basic(config: unknown, host = 'registry.example.com:5000') {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    return registryBasicOf({ where, data: { '.dockerconfigjson': Buffer.from(text) } }, host);
  }

  it.each([
    ['by host', { 'registry.example.com:5000': { auth } }],
    ['by URL', { 'https://registry.example.com:5000/v2/': { auth } }],
    ['in words', { 'registry.example.com:5000': { username: 'user', password: 'CANARY:x' } }],
    [
      'in words beside an empty auth',
      { 'registry.example.com:5000': { auth: '', username: 'user', password: 'CANARY:x' } },
    ],
  ])('has a user %s', (_name, auths) => {
    expect(basic({ auths })).toEqual({ username: 'user', password: 'CANARY:x' });
  });

  it('has the user of Docker Hub under its old name', () => {
    expect(basic({ auths: { 'https://index.docker.io/v1/': { auth } } }, 'docker.io')).toMatchObject({
      username: 'user',
    });
  });

  it.each([
    [
      'another host',
      { auths: { 'registry.example.com': { auth } } },
      "has no auth config for 'registry.example.com:5000'",
    ],
    ['no hosts', { auths: {} }, 'has no auth config'],
    [
      'an empty entry',
      { auths: { 'registry.example.com:5000': {} } },
      "has an entry for 'registry.example.com:5000' without",
    ],
    ['a null entry', { auths: { 'registry.example.com:5000': null } }, 'has no auth config'],
    [
      'no colon',
      { auths: { 'registry.example.com:5000': { auth: 'CANARY' } } },
      "has an entry for 'registry.example.com:5000' without",
    ],
    ['no JSON', 'CANARY', "holds no docker config in '.dockerconfigjson'"],
    ['null', 'null', "holds no docker config in '.dockerconfigjson'"],
    ['a list', '[]', "holds no docker config in '.dockerconfigjson'"],
  ])('with %s is refused as AuthenticationFailed', (_name, config, message) => {
    const expected = {
      type: 'AuthenticationFailed',
      message: expect.stringContaining(`${where} ${message}`),
    };

    expect(() => basic(config)).toThrow(expect.objectContaining(expected));
    expect(() => basic(config)).not.toThrow(/CANARY/);
  });

  it('may be missing where the Secret has username and password, or nothing', () => {
    const data = { username: Buffer.from('user'), password: Buffer.from('CANARY') };

    expect(registryBasicOf({ where, data }, 'x')).toEqual({ username: 'user', password: 'CANARY' });
    expect(registryBasicOf({ where, data: {} }, 'x')).toBeUndefined();
  });
});
