import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ChartFixture,
  createChartFixture,
  helmRepositoryObject,
} from '../../../../support/chart-fixture.ts';
import { type ChartRegistry, startChartRegistry } from '../../../../support/chart-registry.ts';
import { packageChart } from '../../../../support/charts.ts';
import { secretData } from '../../../../support/git-fixture.ts';
import { startHttpFront } from '../../../../support/http-front.ts';
import {
  digestOf,
  type PushTarget,
  pushBlob,
  pushManifest,
  signAsBundle,
  signAsTag,
} from '../../../../support/oci-push.ts';

const VERSIONS = ['1.0.0', '1.2.0', '1.10.0', '2.0.0-rc.1', '1.10.0+build.7'];

let directory: string;
let registry: ChartRegistry;
let fixture: ChartFixture;
let target: PushTarget;
/** Of the manifest, by version. */
const pushed = new Map<string, string>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-registry-'));
  registry = await startChartRegistry(directory);
  target = { url: registry.registry.url, repository: 'charts/web' };
  for (const version of VERSIONS) pushed.set(version, await registry.push('web', { version }));
  // As others leave them beside charts.
  const layer = await pushBlob(target, Buffer.from('x'), 'application/octet-stream');
  for (const tag of ['latest', 'v3.0.0', '4.0', `sha256-${'0'.repeat(64)}`])
    await pushManifest(target, [layer], { tag });
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  fixture = await createChartFixture();
});
afterEach(() => fixture[Symbol.asyncDispose]());

function repositoryOf(spec: Readonly<Record<string, unknown>> = {}) {
  return helmRepositoryObject({ type: 'oci', url: registry.url, insecure: true, ...spec });
}

function resolved(version: string, spec: Readonly<Record<string, unknown>> = {}, chart = 'web') {
  return fixture.charts.resolve(repositoryOf(spec), { chart, version }, fixture.options);
}

describe('a version of a chart in a registry', () => {
  it.each([
    ['*', '1.10.0'],
    ['>=1.0.0 <1.10.0', '1.2.0'],
    ['>=1.0.0-0', '2.0.0-rc.1'],
    // Exact: nobody looks whether it is there.
    ['1.10.0+build.7', '1.10.0+build.7'],
    ['9.9.9', '9.9.9'],
  ])('for %s is %s', async (range, version) => {
    expect(await resolved(range)).toEqual({ name: 'web', version, urls: [`${registry.url}/web:${version}`] });
  });

  it('is none where the range has no match, and the nearest are named', async () => {
    await expect(resolved('3.x')).rejects.toMatchObject({
      type: 'ChartPullError',
      nonRetryable: true,
      message: expect.stringMatching(
        /no 'web' chart with version matching '3.x' found; the nearest there are of 5: 2\.0\.0-rc\.1, .* in oci:\/\//,
      ),
    });
  });

  it.each([
    ['a chart that is not there', { chart: 'none' }, 'ChartPullError', 'HTTP 404'],
    [
      'a name that is none',
      { chart: '../Evil' },
      'InvalidChartReference',
      'is no name of a chart in a registry',
    ],
    ['a URL of another kind', { url: 'https://127.0.0.1/charts' }, 'URLInvalid', 'must be oci://'],
    ['a URL with a tag', { url: 'oci://127.0.0.1/charts:1.0.0' }, 'URLInvalid', 'without tag or digest'],
    ['a URL of the metadata server', { url: 'oci://169.254.169.254/x' }, 'URLInvalid', 'metadata'],
    ['TLS where there is none', { insecure: false }, 'AuthenticationFailed', 'no TLS connection'],
  ])(
    'is none of %s',
    async (_name, { chart, ...spec }: { chart?: string; [field: string]: unknown }, type, message) => {
      await expect(resolved('*', spec, chart)).rejects.toMatchObject({
        type,
        message: expect.stringContaining(message),
      });
    },
  );
});

describe('a chart of a registry', () => {
  it.each(['1.2.0', '1.10.0+build.7'])('is pulled as helm pushed it: %s', async (version) => {
    const found = await resolved(version);

    const chart = await fixture.charts.download(repositoryOf(), found, fixture.options);

    const packed = await readFile(await packageChart('web', { version }));
    expect(chart.content.equals(packed)).toBe(true);
    expect(chart).toMatchObject({ digest: digestOf(packed), isVerified: false });
  });

  it.each([
    ['is not there', '9.9.9', 'there is no tag 9.9.9'],
    ['is none', 'v3.0.0', 'is no helm chart: it has no such layer'],
    ['has a name that is no tag', '1.0.0-..', 'there is no tag'],
    ['has a name that is too long', `1.0.0-${'x'.repeat(130)}`, 'makes no tag'],
  ])('that %s fails as ChartPullError', async (_name, version, message) => {
    const wanted = { name: 'web', version, urls: [] };

    await expect(fixture.charts.download(repositoryOf(), wanted, fixture.options)).rejects.toMatchObject({
      type: 'ChartPullError',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
  });

  it('is pulled with what the provider gives, unless there is a Secret', async () => {
    const header = `Basic ${Buffer.from('AWS:CANARY-token').toString('base64')}`;
    await using front = await startHttpFront({
      target: registry.registry.url,
      redirect: (_path, { authorization }) => (authorization === header ? undefined : 401),
    });
    const { host } = new URL(front.url);
    const asked: unknown[] = [];
    await using cloud = await createChartFixture(async (provider, registryOf) => {
      asked.push([provider, registryOf.host]);
      return { username: 'AWS', password: 'CANARY-token', expiresAt: Date.now() + 60_000 };
    });
    const use = (spec: object) =>
      cloud.charts.resolve(
        repositoryOf({ url: `oci://${host}/charts`, provider: 'aws', ...spec }),
        { chart: 'web', version: '*' },
        cloud.options,
      );

    expect((await use({})).version).toBe('1.10.0');
    cloud.secrets.set('apps/other', secretData({ username: 'ann', password: 'wrong' }));
    await expect(use({ secretRef: { name: 'other' } })).rejects.toMatchObject({
      type: 'AuthenticationFailed',
    });
    await expect(use({ provider: 'generic' })).rejects.toMatchObject({ type: 'AuthenticationFailed' });
    expect(asked).toEqual([['aws', host]]);
  });

  it('is pulled with the docker config of its repository, and not with a wrong one', async () => {
    const header = `Basic ${Buffer.from('user:CANARY-password').toString('base64')}`;
    await using front = await startHttpFront({
      target: registry.registry.url,
      redirect: (_path, { authorization }) => (authorization === header ? undefined : 401),
    });
    const host = new URL(front.url).host;
    const repository = repositoryOf({ url: `oci://${host}/charts`, secretRef: { name: 'registry' } });
    const use = (password: string) => {
      const auths = { [host]: { username: 'user', password } };
      fixture.secrets.set('apps/registry', secretData({ '.dockerconfigjson': JSON.stringify({ auths }) }));
      return fixture.charts.resolve(repository, { chart: 'web', version: '*' }, fixture.options);
    };

    expect(await use('CANARY-password')).toMatchObject({ version: '1.10.0' });
    await expect(use('CANARY-other')).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      message: expect.stringContaining('failed to authenticate with the Helm repository: chart pull error: '),
    });
    await expect(use('CANARY-other')).rejects.not.toThrow(/CANARY/);
  });
});

describe('a signature', () => {
  const keys = {
    'ECDSA P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'ECDSA P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    Ed25519: generateKeyPairSync('ed25519'),
    RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const good = keys['ECDSA P-256'];
  let version = 0;

  /** A chart of a new version, whose manifest nobody has signed. */
  async function unsigned() {
    version += 1;
    const text = `5.0.${version}`;
    return { digest: await registry.push('web', { version: text }), version: text };
  }

  function trust(...trusted: readonly KeyObject[]): void {
    const pem = trusted.map(
      (key, index) => [`key-${index}.pub`, key.export({ type: 'spki', format: 'pem' })] as const,
    );
    fixture.secrets.set(
      'apps/keys',
      secretData({ ...Object.fromEntries(pem), note: 'CANARY' } as Record<string, string>),
    );
  }

  function pull(text: string) {
    const verify = { namespace: 'apps', secretName: 'keys' };
    const wanted = { name: 'web', version: text, urls: [] };
    return fixture.charts.download(repositoryOf(), wanted, { ...fixture.options, verify });
  }

  it.each(Object.entries(keys))('by a key of %s is good, as a tag and as a bundle', async (_name, pair) => {
    trust(stranger.publicKey, pair.publicKey);
    const [tagged, bundled] = [await unsigned(), await unsigned()];
    await signAsTag(target, { digest: tagged.digest, key: pair.privateKey });
    await signAsBundle(target, { digest: bundled.digest, size: 1, key: pair.privateKey });

    expect(await pull(tagged.version)).toMatchObject({ isVerified: true });
    expect(await pull(bundled.version)).toMatchObject({ isVerified: true });
  });

  it('can be looked at alone', async () => {
    const { digest, version: text } = await unsigned();
    trust(good.publicKey);
    const verify = { namespace: 'apps', secretName: 'keys' };
    const wanted = { name: 'web', version: text, urls: [] };
    const look = () => fixture.charts.verify(repositoryOf(), wanted, { ...fixture.options, verify });

    await expect(look()).rejects.toMatchObject({ type: 'ChartVerificationError' });
    await signAsTag(target, { digest, key: good.privateKey });
    await look();
  });

  it.each<[string, (digest: string) => Promise<void>, string]>([
    ['is missing', async () => undefined, 'no signatures found'],
    [
      'is of a stranger',
      (digest) => signAsTag(target, { digest, key: stranger.privateKey }),
      "none of them is by a key of secret 'keys'",
    ],
    [
      'is of another chart',
      (digest) => signAsTag(target, { digest, key: good.privateKey, claims: pushed.get('1.0.0') ?? '' }),
      'no matching signatures',
    ],
    [
      'is a bundle of a stranger',
      (digest) => signAsBundle(target, { digest, size: 1, key: stranger.privateKey }),
      'no matching signatures',
    ],
    [
      'says something else than that the chart is good',
      (digest) =>
        signAsBundle(target, {
          digest,
          size: 1,
          key: good.privateKey,
          predicateType: 'https://cyclonedx.org/bom',
        }),
      'no matching signatures',
    ],
    [
      'is an empty manifest',
      async (digest) => void (await pushManifest(target, [], { tag: `${digest.replace(':', '-')}.sig` })),
      'no signatures found',
    ],
  ])('that %s fails as ChartVerificationError', async (_name, sign, message) => {
    trust(good.publicKey);
    const { digest, version: text } = await unsigned();
    await sign(digest);

    await expect(pull(text)).rejects.toMatchObject({
      type: 'ChartVerificationError',
      nonRetryable: true,
      message: expect.stringContaining(
        `chart verification error: failed to verify ${registry.url}/web@${digest}: `,
      ),
    });
    await expect(pull(text)).rejects.toThrow(message);
  });

  it.each([
    ['is missing', undefined, 'AuthenticationFailed', 'not found; create it'],
    ['has no keys', { 'key.pem': 'x' }, 'VerificationError', 'has no public key'],
    ['has a broken key', { 'key.pub': 'CANARY' }, 'VerificationError', "'key.pub' is no public key in PEM"],
    [
      'has a private key',
      { 'key.pub': good.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      'VerificationError',
      "'key.pub' is no public key in PEM",
    ],
  ])('is not looked for when the Secret %s', async (_name, data, type, message) => {
    if (data) fixture.secrets.set('apps/keys', secretData(data as Record<string, string>));

    await expect(pull('1.0.0')).rejects.toMatchObject({ type, message: expect.stringContaining(message) });
    await expect(pull('1.0.0')).rejects.not.toThrow(/CANARY|PRIVATE/);
  });
});
