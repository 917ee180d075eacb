import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtImageRepository } from '../../../../../activities/image/repository/due.ts';
import { readTags } from '../../../../../activities/image/repository/read-tags.ts';
import { scanImageRepository } from '../../../../../activities/image/repository/steps.ts';
import { observeImageRepository } from '../../../../../activities/observe/image-repository.ts';
import { parseObject } from '../../../../../activities/observe/object.ts';
import { settleImageRepository } from '../../../../../activities/status/settle-image-repository.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import { Kind } from '../../../../../api/object-ref.ts';
import { type Registry, startRegistry } from '../../../../../tools/registry.ts';
import { type HttpFront, startHttpFront } from '../../../../support/http-front.ts';
import {
  freeStep,
  IMAGE_REF,
  imageObject,
  type ScanRig,
  startScanRig,
} from '../../../../support/image-scan.ts';
import { pushImage } from '../../../../support/oci-push.ts';

const MINUTE_MS = 60_000;

let directory: string;
let registry: Registry;
let front: HttpFront;
let image: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-registry-'));
  registry = await startRegistry({ dir: directory });
  front = await startHttpFront({ target: registry.url });
  image = `${new URL(front.url).host}/team/app`;
  await pushImage({ url: registry.url, repository: 'team/app' }, ['v1', 'v2', 'v2.sig']);
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await registry.stop();
  await rm(directory, { recursive: true });
});

/** One pass over the object, as the workflow walks it. */
async function pass(rig: ScanRig, isAsked = false) {
  const observed = await observeImageRepository(rig.deps, { ref: IMAGE_REF });
  if (observed.state !== 'Ready') throw new Error(`it is ${observed.state}`);
  const scanned = await scanImageRepository(rig.deps, { ...observed, isAsked }, freeStep());
  const settled = await settleImageRepository(rig.deps, { ...observed, scanned });
  return { scanned, settled };
}

function current(rig: ScanRig) {
  const object = rig.stored.find(IMAGE_REF.kind, IMAGE_REF.namespace, IMAGE_REF.name);
  if (!object) throw new Error('it is gone');
  return parseObject(Kind.ImageRepository, object);
}

/** The object after a good scan, of which something is changed since. */
async function afterScan(change: (object: KubeObject) => object = () => ({})) {
  const rig = await startScanRig([imageObject(image)]);
  await pass(rig);
  const target = { apiVersion: 'image.toolkit.fluxcd.io/v1', ...IMAGE_REF };
  await rig.deps.kube.patch(target, change(current(rig) as unknown as KubeObject), { type: 'merge' });
  rig.stored.writes.length = 0;
  rig.events.length = 0;
  front.requests.length = 0;
  return rig;
}

describe('a first scan', () => {
  it('puts what it found into the status, and says so once', async () => {
    const rig = await startScanRig([imageObject(image)]);

    const { scanned, settled } = await pass(rig);

    const message = 'successful scan: found 2 tags with checksum 279577276';
    expect(scanned).toEqual({
      attempt: { generation: 1 },
      unchanged: false,
      canonicalName: image,
      revision: '279577276',
      tagCount: 2,
      latestTags: ['v2', 'v1'],
      scannedAt: '2026-11-22T12:00:00Z',
      observedExclusionList: ['^.*\\.sig$'],
    });
    expect(settled).toEqual({ message });
    expect(current(rig).status).toEqual({
      observedGeneration: 1,
      canonicalImageName: image,
      observedExclusionList: ['^.*\\.sig$'],
      lastScanResult: {
        revision: '279577276',
        tagCount: 2,
        scanTime: '2026-11-22T12:00:00Z',
        latestTags: ['v2', 'v1'],
      },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Succeeded',
          message,
          lastTransitionTime: '2026-11-22T12:00:00Z',
          observedGeneration: 1,
        },
      ],
    });
    expect(rig.events).toMatchObject([{ type: 'Normal', reason: 'Succeeded', message }]);
  });

  it('is announced: Ready is not known yet', async () => {
    const rig = await startScanRig([imageObject('127.0.0.1:1/team/app')]);

    await expect(pass(rig)).rejects.toThrow('refuses connections');

    const said = { reason: 'Progressing', message: 'scanning: first scan', observedGeneration: 1 };
    expect(current(rig).status?.conditions).toMatchObject([
      { type: 'Reconciling', status: 'True', ...said },
      { type: 'Ready', status: 'Unknown', ...said },
    ]);
  });
});

const REQUESTED = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } };
const FAILED = {
  status: {
    conditions: [{ type: 'Ready', status: 'False', reason: 'x', message: 'x', lastTransitionTime: 'x' }],
  },
};

describe('an image is scanned again', () => {
  it.each([
    ['reconcile requested', () => REQUESTED],
    ['new image name', () => ({ spec: { image: image.replace('/team', '/team2') } })],
    ['updated exclusion list', () => ({ spec: { exclusionList: ['^.*\\.sig$', 'rc'] } })],
    ['the last scan failed', () => FAILED],
    ['no tags in database', () => ({ status: { lastScanResult: { revision: '1' } } })],
    ['triggered by interval', () => ({ spec: { interval: '1ns' } })],
  ])('because: %s', async (reason, change) => {
    const rig = await afterScan(change);

    expect(await lookAtImageRepository(rig.deps, current(rig))).toEqual({
      due: 'Interval',
      message: `a scan is due: ${reason}`,
    });
    await pass(rig).catch(() => undefined);

    expect(front.requests).toHaveLength(1);
  });

  it('for whoever asks without an annotation', async () => {
    const rig = await afterScan();

    await pass(rig, true);

    expect(front.requests).toHaveLength(1);
  });

  it('and policies go on with the last result meanwhile', async () => {
    const rig = await afterScan(() => ({ ...REQUESTED, spec: { image: '127.0.0.1:1/team/app' } }));

    await expect(pass(rig)).rejects.toThrow('refuses connections');

    expect(current(rig).status).toMatchObject({
      lastScanResult: { revision: '279577276' },
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Reconciling', status: 'True', message: 'scanning: reconcile requested' },
      ],
    });
  });

  it('and the request is answered, without an event where nothing is new', async () => {
    const rig = await afterScan(() => REQUESTED);

    const { scanned } = await pass(rig);

    expect(scanned).toMatchObject({ unchanged: true, attempt: { requestedAt: 'now' } });
    expect(current(rig).status).toMatchObject({ lastHandledReconcileAt: 'now' });
    expect(rig.events).toEqual([]);
  });

  it('by the clock with one write, which is the time of the scan', async () => {
    const rig = await afterScan();
    rig.clock = new Date(rig.clock.getTime() + 5 * MINUTE_MS);

    const { scanned } = await pass(rig);

    expect(scanned).toMatchObject({ unchanged: true, revision: '279577276' });
    expect(current(rig).status?.lastScanResult?.scanTime).toBe('2026-11-22T12:05:00Z');
    expect(rig.stored.writes).toHaveLength(1);
    expect(rig.events).toEqual([]);
  });

  it('and a new tag is news', async () => {
    const rig = await afterScan(() => REQUESTED);
    await pushImage({ url: registry.url, repository: 'team/app' }, ['v3']);

    const { scanned, settled } = await pass(rig);

    expect(scanned).toMatchObject({ unchanged: false, tagCount: 3, latestTags: ['v3', 'v2', 'v1'] });
    expect(rig.events).toMatchObject([{ type: 'Normal', reason: 'Succeeded', message: settled.message }]);
  });
});

describe('an image is not scanned', () => {
  it.each([
    ['right after a scan', 0, false],
    ['in the half of an interval after it', 2, false],
    ['by a tick that comes a little early', 4.9, true],
    ['by a tick after one that somebody came before', 3, true],
    ['where the clock was ahead', -60, true],
  ])('%s, unless it is time', async (_name, minutes, isDue) => {
    const rig = await afterScan();
    rig.clock = new Date(rig.clock.getTime() + minutes * MINUTE_MS);

    const { due } = await lookAtImageRepository(rig.deps, current(rig));
    await pass(rig);

    expect(due !== undefined).toBe(isDue);
    expect(front.requests).toHaveLength(isDue ? 1 : 0);
  });

  it('for a change that is not about tags: the status answers', async () => {
    const rig = await afterScan(() => ({ metadata: { generation: 2 }, spec: { interval: '10m' } }));
    const before = current(rig).status;

    const { scanned } = await pass(rig);

    expect(scanned).toMatchObject({ unchanged: true, revision: before?.lastScanResult?.revision });
    expect(current(rig).status).toMatchObject({ ...before, observedGeneration: 2, conditions: [{}] });
    expect([front.requests.length, rig.stored.writes.length, rig.events.length]).toEqual([0, 1, 0]);
  });

  it('for other credentials, but one hears of those that are not there', async () => {
    const rig = await afterScan(() => ({
      metadata: { generation: 2 },
      spec: { secretRef: { name: 'none' } },
    }));

    await expect(pass(rig)).rejects.toMatchObject({ type: 'AuthenticationFailed' });

    expect(front.requests).toHaveLength(0);
  });

  it('as long as it is suspended, or going', async () => {
    const suspended = await afterScan(() => ({ spec: { suspend: true } }));
    expect(await observeImageRepository(suspended.deps, { ref: IMAGE_REF })).toEqual({
      state: 'Suspended',
      message: 'suspended',
    });
    const going = await afterScan(() => ({ metadata: { deletionTimestamp: 'now' } }));
    expect(await observeImageRepository(going.deps, { ref: IMAGE_REF })).toEqual({ state: 'Deleting' });
    const gone = await startScanRig([]);
    expect(await observeImageRepository(gone.deps, { ref: IMAGE_REF })).toEqual({ state: 'Gone' });
  });
});

describe('an observed image', () => {
  it.each([
    ['the interval where it names no timeout', {}, 300_000],
    ['its timeout', { timeout: '1500ms' }, 1500],
    ['a second at least', { interval: '10ms' }, 1000],
    ['an hour at most', { interval: '720h' }, 3_600_000],
    ['whole milliseconds', { timeout: '1.2345s' }, 1235],
  ])('has for its scan %s', async (_name, spec, timeoutMs) => {
    const rig = await startScanRig([imageObject(image, { spec })]);

    expect(await observeImageRepository(rig.deps, { ref: IMAGE_REF })).toEqual({
      state: 'Ready',
      ref: IMAGE_REF,
      generation: 1,
      timeoutMs: timeoutMs + 30_000,
    });
    expect(current(rig).metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
  });

  it.each([
    ['an image with a tag', { image: 'app:v1' }, 'ImageURLInvalid', /should not include a tag; remove ':v1'/],
    [
      'an identity of its own',
      { provider: 'aws', serviceAccountName: 'app' },
      'FeatureGateDisabled',
      /^to use spec\.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller$/,
    ],
    ['an interval that is none', { interval: '1e9h' }, 'InvalidSpec', /^spec\.interval/],
    ['a timeout that is none', { timeout: '99999999999999h' }, 'InvalidSpec', /^spec\.timeout/],
  ])('stalls with %s', async (_name, spec, type, message) => {
    const rig = await startScanRig([imageObject(image, { spec })]);

    await expect(observeImageRepository(rig.deps, { ref: IMAGE_REF })).rejects.toMatchObject({
      type,
      message: expect.stringMatching(message),
      details: [{ stalled: true }],
    });
  });
});

it('a scan for an older spec settles nothing', async () => {
  const rig = await startScanRig([imageObject(image)]);
  const observed = await observeImageRepository(rig.deps, { ref: IMAGE_REF });
  if (observed.state !== 'Ready') throw new Error('it is not ready');
  const scanned = await scanImageRepository(rig.deps, observed, freeStep());
  const settled = await settleImageRepository(rig.deps, {
    ...observed,
    scanned: { ...scanned, attempt: { generation: 0 } },
  });

  expect(settled.message).toBe('the spec changed during the scan; it is looked at again');
  expect(current(rig).status?.lastScanResult).toBeUndefined();
});

describe('tags are read', () => {
  it('as they were scanned, whatever the registry has by now', async () => {
    const rig = await afterScan();
    await pushImage({ url: registry.url, repository: 'team/app' }, ['v9']);

    expect(await readTags(rig.deps, current(rig), freeStep())).not.toContain('v9');
    expect(front.requests).toEqual([]);
  });

  it('from the registry where this worker has not scanned them, and then kept', async () => {
    const rig = await afterScan();
    await rig.deps.tags.drop(IMAGE_REF);
    const repository = current(rig);

    const tags = await readTags(rig.deps, repository, freeStep());

    expect(tags).toContain('v9');
    expect(await readTags(rig.deps, repository, freeStep())).toEqual(tags);
    expect(front.requests).toHaveLength(1);
  });
});
