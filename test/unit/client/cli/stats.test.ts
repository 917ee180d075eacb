import { describe, expect, it } from 'vitest';
import type { Reconciled } from '../../../../client/cli/reconciled.ts';
import { formatSize, statsRow } from '../../../../client/cli/stats.ts';

const object = (ready: string, { suspend = false, size = 0 } = {}): Reconciled =>
  ({
    metadata: { name: 'x' },
    spec: { suspend },
    status: { artifact: { size }, conditions: [{ type: 'Ready', status: ready }] },
  }) as unknown as Reconciled;

describe('pawl stats', () => {
  it('counts what runs, fails and rests, and adds the artifacts up', () => {
    const objects = [
      object('True', { size: 1000 }),
      object('False', { size: 24 }),
      object('False', { suspend: true }),
      object('Unknown'),
    ];

    expect(statsRow('HelmChart', objects)).toEqual(['HelmChart', '3', '2', '1', '1.0 KiB']);
  });

  it('knows objects without a status', () => {
    const bare = { metadata: { name: 'x' }, spec: {} } as Reconciled;

    expect(statsRow('Alert', [bare])).toEqual(['Alert', '1', '0', '0', '-']);
  });

  it.each([
    [0, '-'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 * 1024 - 1, '1024.0 KiB'],
    [1024 * 1024, '1.0 MiB'],
    [5.5 * 1024 ** 3, '5.5 GiB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
