import { describe, expect, it } from 'vitest';
import { withoutIgnored } from '../../../../activities/fetch/source-ignore.ts';
import { golden } from '../../../support/golden.ts';

interface Row {
  readonly name: string;
  readonly files?: string[];
  readonly ignoreFiles?: Record<string, string>;
  readonly specIgnore?: string;
  readonly kept: string[];
}

const { shared, rows } = golden<string[], Row>('activities/fetch/fixtures/source-ignore.json');

describe('what stays out of an artifact agrees with fluxcd/pkg/sourceignore', () => {
  it.each(rows)('$name', async ({ files = [], ignoreFiles = {}, specIgnore, kept }) => {
    const result = await withoutIgnored({
      files: [...shared, ...files],
      readIgnoreFile: (path) => ignoreFiles[path] ?? '',
      specIgnore,
    });

    expect(result).toEqual(kept);
  });

  it('does not stall on a pattern of many stars', async () => {
    const specIgnore = `${'*a'.repeat(100)}b\n`.repeat(10);

    const kept = await withoutIgnored({ files: ['a'.repeat(250)], readIgnoreFile: () => '', specIgnore });

    expect(kept).toHaveLength(1);
  });
});
