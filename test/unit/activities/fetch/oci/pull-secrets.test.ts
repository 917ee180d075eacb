import { describe, expect, it } from 'vitest';
import { pullCredentialsOf } from '../../../../../activities/fetch/oci/pull-secrets.ts';
import { readImageName } from '../../../../../activities/image/repository/canonical-name.ts';
import { redact } from '../../../../../activities/redact.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly keys: readonly (readonly string[])[];
  readonly image: string;
  readonly chosen: string;
}

function secret(config: unknown, key = '.dockerconfigjson') {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return { data: { [key]: Buffer.from(text) }, where: "secret 'apps/pull' of spec.secretRef" };
}

/** Docker Hub goes by several names, of which Go takes one. */
const TAKEN_HERE: Readonly<Record<string, string>> = { 'docker.io': '0/docker.io' };

describe('of pull secrets the entry is taken that the kubelet would take:', () => {
  it.each(golden<null, Row>('activities/fetch/oci/fixtures/pull-secrets.json').rows)(
    '$keys for $image',
    ({ keys, image, chosen }) => {
      const secrets = keys.map((names, index) =>
        secret({
          auths: Object.fromEntries(
            names.map((name) => [name, { username: `${index}/${name}`, password: 'password' }]),
          ),
        }),
      );

      const found = pullCredentialsOf(secrets, readImageName(image));

      expect(found?.username ?? '').toBe(TAKEN_HERE[keys[0]?.[0] ?? ''] ?? chosen);
    },
  );
});

const IMAGE = readImageName('ghcr.io/team/app');
const AUTH = Buffer.from('user:CANARY-auth:with:colons').toString('base64');

it.each([
  ['an encoded pair', secret({ auths: { 'ghcr.io': { auth: AUTH } } })],
  ['the file of old clients', secret({ 'ghcr.io': { auth: AUTH } }, '.dockercfg')],
  [
    'another entry where the better one is empty',
    secret({ auths: { 'ghcr.io': { auth: AUTH }, 'ghcr.io/team': {} } }),
  ],
])('%s is read, and not shown from then on', (_name, given) => {
  expect(pullCredentialsOf([given], IMAGE)).toEqual({
    username: 'user',
    password: 'CANARY-auth:with:colons',
  });
  expect(redact(`it was CANARY-auth:with:colons or ${AUTH}`)).not.toContain('CANARY');
});

it.each([
  ['no entries', { credHelpers: {} }],
  ['null for them', { auths: null }],
  ['an empty one', { auths: { 'ghcr.io': {} }, credsStore: 'desktop' }],
  ['a user only', { auths: { 'ghcr.io': { username: 'user' } } }],
  ['one of another registry that cannot be used', { auths: { 'quay.io': { auth: 'CANARY' } } }],
])('a config with %s has nobody for the image', (_name, config) => {
  expect(pullCredentialsOf([secret(config)], IMAGE)).toBeUndefined();
});

it.each([
  ['without a config', { ...secret({}), data: {} }, "has no '.dockerconfigjson'"],
  ['with a config that is no JSON', secret('{CANARY'), 'holds no docker config'],
  ['with a config whose auths are a list', secret({ auths: [] }), 'holds no docker config'],
  [
    'with something else than a pair',
    secret({ auths: { 'ghcr.io': { auth: 'CANARY' } } }),
    "has an entry for 'ghcr.io' without a username and .* that can be read; write both, or auth as base64",
  ],
  [
    'with a token only, which is the better entry',
    secret({ auths: { 'ghcr.io': { auth: AUTH }, 'ghcr.io/team': { identitytoken: 'CANARY' } } }),
    "has an entry for 'ghcr.io/team' without",
  ],
])('a Secret %s is named', (_name, given, message) => {
  expect(() => pullCredentialsOf([given], IMAGE)).toThrow(
    expect.objectContaining({
      type: 'AuthenticationFailed',
      message: expect.stringMatching(`^secret 'apps/pull' of spec.secretRef ${message}`),
    }),
  );
  expect(() => pullCredentialsOf([given], IMAGE)).not.toThrow('CANARY');
});
