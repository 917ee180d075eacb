import { afterEach, describe, expect, it, vi } from 'vitest';
import { headerFor, rowFor } from '../../../../client/cli/get-columns.ts';
import { ALL_KINDS, KINDS, kindNamed } from '../../../../client/cli/kinds.ts';
import { localTime } from '../../../../client/cli/local-time.ts';
import type { Reconciled } from '../../../../client/cli/reconciled.ts';
import { refOf } from '../../../../client/cli/run-id.ts';

const { ImageRepository, ImagePolicy, ImageUpdateAutomation } = KINDS;

const object = (spec: object, status?: object): Reconciled =>
  ({ apiVersion: 'x', kind: 'x', metadata: { name: 'web', namespace: 'apps' }, spec, status }) as Reconciled;

afterEach(() => vi.unstubAllEnvs());

describe('words of the image kinds', () => {
  it.each([
    ['repository', 'ImageRepository'],
    ['imagerepositories', 'ImageRepository'],
    ['imgrepo', 'ImageRepository'],
    ['imagerepo', 'ImageRepository'],
    ['ImagePolicy', 'ImagePolicy'],
    ['imgpol', 'ImagePolicy'],
    ['imagepol', 'ImagePolicy'],
    ['update', 'ImageUpdateAutomation'],
    ['iua', 'ImageUpdateAutomation'],
    ['imgupd', 'ImageUpdateAutomation'],
    ['imgauto', 'ImageUpdateAutomation'],
    ['image', undefined],
  ])('%s is %s', (word, kind) => {
    expect(kindNamed(word)?.kind).toBe(kind);
  });

  const session = { flags: { namespace: 'apps' } };
  it.each([
    [['image', 'repository', 'web'], 'ImageRepository'],
    [['images', 'policy', 'web'], 'ImagePolicy'],
    [['iua', 'web'], 'ImageUpdateAutomation'],
    [['imagepolicy/web'], 'ImagePolicy'],
  ])('%j names an object with runs', (words, kind) => {
    expect(refOf(session as never, words)).toEqual({ kind, namespace: 'apps', name: 'web' });
  });

  it('stand between the sources and what applies them', () => {
    expect(ALL_KINDS.map(({ family = '-' }) => family).join(' ')).toMatch(/^(source )+(image )+-( -)*$/);
  });
});

describe('a time of a status', () => {
  it.each([
    ['UTC', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['UTC', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z'],
    ['Europe/London', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['Europe/Berlin', '2026-07-01T23:30:00Z', '2026-07-02T01:30:00+02:00'],
    ['Asia/Kolkata', '2026-01-02T03:04:05Z', '2026-01-02T08:34:05+05:30'],
    ['America/St_Johns', '2026-01-02T03:04:05+01:00', '2026-01-01T22:34:05-03:30'],
    ['UTC', undefined, ''],
    ['UTC', 'soon', ''],
  ])('is shown in the zone of this machine: in %s, %s is %s', (zone, text, shown) => {
    vi.stubEnv('TZ', zone);

    expect(localTime(text)).toBe(shown);
  });
});

describe('the tables', () => {
  const hash = 'a'.repeat(40);
  const message = `at ${hash}`;
  const conditions = [{ type: 'Ready', status: 'True', reason: 'x', message, lastTransitionTime: '' }];
  const latestRef = { name: 'ghcr.io/web', tag: hash, digest: 'sha256:9' };

  it.each([
    [ImageRepository, { conditions, lastScanResult: { tagCount: 2 } }, ['', 'False', 'True', message]],
    [ImagePolicy, { conditions, latestRef }, ['ghcr.io/web', hash, 'True', message]],
    [ImagePolicy, undefined, ['', '', 'False', 'waiting to be reconciled']],
    [ImageUpdateAutomation, { conditions }, ['', 'False', 'True', message]],
  ])('of $kind cut no hash', (info, status, cells) => {
    expect(rowFor(info, object({}, status), {})).toEqual(['web', ...cells]);
  });

  const git = { checkout: { ref: { branch: 'main' } } };
  const sourceRef = { kind: 'GitRepository', name: 'infra', namespace: 'flux-system' };
  it.each([
    [ImageRepository, { image: 'web' }, { lastScanResult: { tagCount: 0 } }, ['web', '0']],
    [ImageRepository, {}, undefined, ['', '']],
    [
      ImagePolicy,
      { imageRepositoryRef: { name: 'r' }, policy: { semver: { range: '1.x' } } },
      { latestRef },
      ['apps/r', 'semver 1.x', 'sha256:9'],
    ],
    [
      ImagePolicy,
      { imageRepositoryRef: { name: 'r', namespace: 'n' }, policy: { alphabetical: {} } },
      {},
      ['n/r', 'alphabetical asc', ''],
    ],
    [ImagePolicy, { policy: { numerical: { order: 'desc' } } }, {}, ['', 'numerical desc', '']],
    [
      ImageUpdateAutomation,
      { sourceRef, git },
      { lastPushCommit: hash },
      ['GitRepository/flux-system/infra', 'main', hash.slice(0, 8)],
    ],
    [
      ImageUpdateAutomation,
      { sourceRef: { kind: 'GitRepository', name: 'infra' }, git: { ...git, push: { branch: 'next' } } },
      {},
      ['GitRepository/apps/infra', 'next', ''],
    ],
  ])('have more columns of $kind when wide', (info, spec, status, cells) => {
    const row = rowFor(info, object(spec, status), { output: 'wide' });

    const header = headerFor(info, { output: 'wide' });
    expect(row).toHaveLength(header.length);
    expect(row.slice(header.indexOf('Message') + 1, -2)).toEqual(cells);
  });
});

describe('what came of a reconcile', () => {
  it.each([
    [ImageRepository, { lastScanResult: { tagCount: 12 } }, 'scan fetched 12 tags'],
    [ImageRepository, undefined, 'scan fetched 0 tags'],
    [ImagePolicy, { latestRef: { name: 'a/b', tag: '1' } }, 'selected ref a/b:1'],
    [
      ImagePolicy,
      { latestRef: { name: 'a/b', tag: '1', digest: 'sha256:9' } },
      'selected ref a/b:1@sha256:9',
    ],
    [
      ImageUpdateAutomation,
      { conditions: [{ type: 'Ready', status: 'True', reason: 'x', message: 'pushed' }] },
      'pushed',
    ],
  ])('of $kind with %j', (info, status, sentence) => {
    expect(info.success(object({}, status))).toBe(sentence);
  });
});
