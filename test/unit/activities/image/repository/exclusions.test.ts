import { describe, expect, it } from 'vitest';
import { withoutExcluded } from '../../../../../activities/image/repository/exclusions.ts';

const { signal } = new AbortController();
// Each of them takes it milliseconds.
const SLOW = '((a?){30}){20}a{30}$';
const many = Array.from({ length: 100_000 }, (_, index) => `main-${'a'.repeat(100)}-${index}`);

describe('patterns that take long', () => {
  it('leave the worker its turns meanwhile', async () => {
    const stop = new AbortController();
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
      if (turns === 5) stop.abort();
    }, 1);

    await expect(withoutExcluded(many, [SLOW], { signal: stop.signal })).rejects.toThrow('aborted');

    clearInterval(counting);
    expect(turns).toBe(5);
  });

  it('are given up', async () => {
    await expect(withoutExcluded(many, [SLOW], { signal, budgetMs: 50 })).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      nonRetryable: true,
      message:
        'scan failed: matching 100000 tags with spec.exclusionList takes longer than 0.05 s; simplify the patterns',
    });
  });
});

it('a pattern that is none is told in the words of Go', async () => {
  await expect(withoutExcluded([], ['ok', '(unclosed'], { signal })).rejects.toThrow(
    'scan failed: failed to compile regex (unclosed: error parsing regexp: missing closing ): `(unclosed`; correct spec.exclusionList[1]',
  );
});
