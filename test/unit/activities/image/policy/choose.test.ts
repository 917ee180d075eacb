import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookAtImagePolicy } from '../../../../../activities/image/policy/due.ts';
import { selectImage } from '../../../../../activities/image/policy/steps.ts';
import type { ImageRef } from '../../../../../api/image-policy.ts';
import { type Registry, startRegistry } from '../../../../../tools/registry.ts';
import { type HttpFront, startHttpFront } from '../../../../support/http-front.ts';
import { imagePolicyOf, POLICY_REF, policyObject, startPolicyRig } from '../../../../support/image-policy.ts';
import { dockerConfig, freeStep, imageObject, secretObject } from '../../../../support/image-scan.ts';
import { pushImage, pushIndex } from '../../../../support/oci-push.ts';

const OWNER = { namespace: 'apps', name: 'web' };
const TAGS = ['1.1.0', '1.0.0'];
const ALWAYS = { digestReflectionPolicy: 'Always', interval: '10m' };
const IF_NOT_PRESENT = { digestReflectionPolicy: 'IfNotPresent' };
const OLD = `sha256:${'0'.repeat(64)}`;

let directory: string;
let registry: Registry;
let front: HttpFront;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;
let host: string;
let image: string;
let digest: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-registry-'));
  registry = await startRegistry({ dir: directory });
  front = await startHttpFront({ target: registry.url, answer: (...both) => answer(...both) });
  host = new URL(front.url).host;
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await registry.stop();
  await rm(directory, { recursive: true });
});
let count = 0;
beforeEach(async () => {
  answer = () => false;
  image = `${host}/team/web-${(count += 1)}`;
  digest = await pushImage(target(), TAGS, image);
  front.requests.length = 0;
});

function target() {
  return { url: registry.url, repository: image.slice(host.length + 1) };
}

interface Given {
  readonly spec?: object;
  readonly status?: object;
  readonly repository?: object;
  readonly tags?: readonly string[] | undefined;
}

/** A policy whose repository was scanned by this worker, or by another one when there are no tags. */
async function rigOf({ spec, status, repository, tags = TAGS }: Given, isOther = false) {
  const lastScanResult = { revision: '12', tagCount: tags.length };
  const scanned = { status: { canonicalImageName: image, lastScanResult }, spec: repository ?? {} };
  const rig = await startPolicyRig([
    policyObject(spec, status ? { status } : {}),
    imageObject(image, scanned),
    secretObject('login', dockerConfig(host, 'user', 'CANARY-password')),
  ]);
  if (!isOther) await rig.deps.tags.put(OWNER, '12', tags);
  return rig;
}

async function select(given: Given, isOther = false) {
  const rig = await rigOf(given, isOther);
  return await selectImage(rig.deps, { ref: POLICY_REF }, freeStep());
}

function chosen(tag: string, more: Partial<ImageRef> = {}): { readonly latestRef: ImageRef } {
  return { latestRef: { name: image, tag, ...more } };
}

function asked(): string[] {
  return front.requests.map(({ path }) => path.replace(/^\/v2\/team\/web-\d+/, ''));
}

describe('an image is chosen', () => {
  it('from the tags of the last scan, without a word to the registry', async () => {
    expect(await select({})).toEqual({
      attempt: { generation: 2 },
      latestRef: { name: image, tag: '1.1.0' },
      unchanged: false,
      scanRevision: '12',
    });
    expect(asked()).toEqual([]);
  });

  it('as it was', async () => {
    const status = { ...chosen('1.1.0'), observedPreviousRef: { name: image, tag: '1.0.0' } };

    expect(await select({ status })).toMatchObject({
      unchanged: true,
      previousRef: status.observedPreviousRef,
    });
  });

  it('from what the registry lists where another worker scanned', async () => {
    expect(await select({}, true)).toMatchObject({ latestRef: { tag: '1.1.0' }, scanRevision: '12' });
    expect(asked()).toEqual(['/tags/list?n=1000']);
  });
});

describe('the digest of an image', () => {
  it('is left out by Never, even when there was one', async () => {
    const { latestRef, unchanged } = await select({ status: chosen('1.1.0', { digest: OLD }) });

    expect({ latestRef, unchanged }).toEqual({ latestRef: { name: image, tag: '1.1.0' }, unchanged: false });
  });

  it.each([
    ['IfNotPresent', IF_NOT_PRESENT],
    ['Always', ALWAYS],
  ])('is looked up by %s, by one question', async (_name, spec) => {
    expect((await select({ spec })).latestRef).toEqual({ name: image, tag: '1.1.0', digest });
    expect(asked()).toEqual(['/manifests/1.1.0']);
  });

  it('is that of the index of an image for several platforms', async () => {
    const manifest = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 };
    const index = await pushIndex(target(), '1.1.0', [manifest]);

    expect((await select({ spec: IF_NOT_PRESENT })).latestRef.digest).toBe(index);
  });

  it('is kept by IfNotPresent as long as the tag is', async () => {
    const kept = chosen('1.1.0', { digest: OLD });

    expect(await select({ spec: IF_NOT_PRESENT, status: kept })).toMatchObject({ ...kept, unchanged: true });
    expect(asked()).toEqual([]);
  });

  it.each([
    ['another tag', () => chosen('1.0.0', { digest: OLD })],
    ['another image', () => ({ latestRef: { name: 'old.example/web', tag: '1.1.0', digest: OLD } })],
    ['none', () => chosen('1.1.0')],
  ])('is looked up by IfNotPresent where the status has that of %s', async (_name, status) => {
    const { latestRef, previousRef } = await select({ spec: IF_NOT_PRESENT, status: status() });

    expect(latestRef.digest).toBe(digest);
    expect(previousRef).toEqual(status().latestRef);
  });

  it('is followed by Always when the tag moves', async () => {
    const before = chosen('1.1.0', { digest });
    const moved = await pushImage(target(), ['1.1.0'], 'moved');

    expect(await select({ spec: ALWAYS, status: before })).toMatchObject({
      latestRef: { tag: '1.1.0', digest: moved },
      previousRef: before.latestRef,
      unchanged: false,
    });
  });

  it('is asked for with the credentials of the repository', async () => {
    answer = ({ headers }, response) => {
      if (headers.authorization !== undefined) return false;
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    const repository = { secretRef: { name: 'login' } };

    expect((await select({ spec: IF_NOT_PRESENT, repository })).latestRef.digest).toBe(digest);
    expect(front.requests.at(-1)?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:CANARY-password').toString('base64')}`,
    );
  });
});

describe('a digest that cannot be had is a failure', () => {
  it.each([
    [403, true],
    [500, false],
  ])('of HTTP %i, tried again or not', async (status, nonRetryable) => {
    answer = (_request, response) => !!response.writeHead(status).end();

    await expect(select({ spec: IF_NOT_PRESENT })).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      message: expect.stringMatching(/^failed fetching digest of .*:1\.1\.0: the server answers HTTP/),
      nonRetryable,
    });
  });

  it('of a tag that is gone since the scan', async () => {
    await expect(select({ spec: IF_NOT_PRESENT, tags: ['9.0.0'] })).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      message: `failed fetching digest of ${image}:9.0.0: the registry has no such tag any more; the next scan of the ImageRepository brings what there is`,
    });
  });

  it('of a Secret that is missing', async () => {
    const repository = { secretRef: { name: 'nobody' } };

    await expect(select({ spec: IF_NOT_PRESENT, repository })).rejects.toMatchObject({
      type: 'AuthenticationFailed',
    });
  });

  it('in the time that the repository gives', async () => {
    answer = () => true;

    await expect(select({ spec: IF_NOT_PRESENT, repository: { timeout: '1s' } })).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      message: expect.stringContaining('the server did not answer in time'),
    });
  });
});

describe('what may not be chosen from any more', () => {
  it.each([
    ['an object that is gone', [], 'Failure', 'the object was removed while its image was being chosen'],
    ['a repository that is gone', [policyObject()], 'DependencyNotReady', 'does not exist'],
    [
      'a repository that is not scanned',
      [policyObject(), imageObject('registry.example/web')],
      'DependencyNotReady',
      'retrying in 30s error: no tags in database',
    ],
  ])('is %s', async (_name, objects, type, message) => {
    const rig = await startPolicyRig(objects);

    await expect(selectImage(rig.deps, { ref: POLICY_REF }, freeStep())).rejects.toMatchObject({
      type,
      message: expect.stringContaining(message),
    });
  });
});

describe('the look of a tick', () => {
  async function look({ spec, status }: Given) {
    const rig = await rigOf({ spec: spec ?? {} });
    const object = imagePolicyOf(spec, status ? { status } : {});
    return await lookAtImagePolicy(rig.deps, object, freeStep());
  }

  it('finds nothing to do, and asks nobody, while the tags are those that were chosen from', async () => {
    const status = { ...chosen('1.1.0'), observedScanRevision: '12' };

    expect(await look({ status })).toEqual({ message: `nothing to do, ${image}:1.1.0 is chosen` });
    expect(asked()).toEqual([]);
  });

  it.each([
    ['another scan', () => ({ ...chosen('1.1.0'), observedScanRevision: '11' })],
    [
      'another image',
      () => ({ latestRef: { name: 'old.example/web', tag: '1.1.0' }, observedScanRevision: '12' }),
    ],
    ['nothing', () => ({})],
  ])('wants a run where %s was chosen from', async (_name, status) => {
    expect(await look({ status: status() })).toMatchObject({ due: 'Interval' });
  });

  it('asks for the digest that Always follows, and wants a run when it is another', async () => {
    const same = { ...chosen('1.1.0', { digest }), observedScanRevision: '12' };
    const other = { ...chosen('1.1.0', { digest: OLD }), observedScanRevision: '12' };

    expect(await look({ spec: ALWAYS, status: same })).toEqual({
      message: `nothing to do, ${image}:1.1.0@${digest} is chosen`,
    });
    expect(await look({ spec: ALWAYS, status: other })).toEqual({
      due: 'Interval',
      message: `${image}:1.1.0 has the digest ${digest} now`,
    });
    expect(asked()).toEqual(['/manifests/1.1.0', '/manifests/1.1.0']);
  });
});
