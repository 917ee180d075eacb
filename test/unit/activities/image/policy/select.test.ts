import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../../activities/failures.ts';
import { type Choice, selectTag } from '../../../../../activities/image/policy/select.ts';
import { Reason } from '../../../../../api/reasons.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly list: string;
  readonly policy: 'semver' | 'alphabetical' | 'numerical';
  readonly argument: string;
  readonly latest: string;
  readonly error?: string;
}

const { shared: lists, rows: originals } = golden<Readonly<Record<string, readonly string[]>>, Row>(
  'activities/image/policy/fixtures/image-choice.json',
);

// Go quotes a vertical tab by a letter, which JSON has not.
const rows = originals.map(({ error, ...row }) => ({
  ...row,
  ...(error !== undefined && { error: error.replaceAll('\\v', '\\u000b') }),
}));

const signal = new AbortController().signal;

function select(choice: Choice, tags: readonly string[], budgetMs?: number): Promise<string> {
  return selectTag(choice, tags, { signal, ...(budgetMs !== undefined && { budgetMs }) });
}

function policyOf({ policy, argument }: Row): Choice {
  const order = argument as 'asc' | 'desc';
  return { policy: policy === 'semver' ? { semver: { range: argument } } : { [policy]: { order } } };
}

const BAD_RANGE = /^invalid policy: (?<error>.*); write spec\.policy\.semver\.range as /s;

async function outcome(row: Row, tags: readonly string[]): Promise<Row> {
  const { list, policy, argument } = row;
  const asked = { list, policy, argument };
  try {
    return { ...asked, latest: await select(policyOf(row), tags) };
  } catch (thrown) {
    const { error } = BAD_RANGE.exec(messageOf(thrown))?.groups ?? {};
    return { ...asked, latest: '', ...(error !== undefined && { error }) };
  }
}

const NUMERICAL: Choice['policy'] = { numerical: { order: 'asc' } };
const ALPHABETICAL: Choice['policy'] = { alphabetical: {} };

describe('the choice agrees with Masterminds/semver, sort and strconv', () => {
  it.each(['semver', 'alphabetical', 'numerical'])('for %s policies', async (policy) => {
    const ofPolicy = rows.filter((row) => row.policy === policy);

    const ours = await Promise.all(ofPolicy.map((row) => outcome(row, lists[row.list] ?? [])));

    expect(ours).toEqual(ofPolicy);
    expect(ofPolicy.filter(({ latest }) => latest !== '').length).toBeGreaterThan(50);
  });

  it('in whatever order the tags come', async () => {
    const ours = await Promise.all(rows.map((row) => outcome(row, lists[row.list]?.toReversed() ?? [])));

    expect(ours).toEqual(rows);
  });
});

describe('a choice among filtered tags', () => {
  const filterTags = { pattern: '^main-(?<sha>[a-f0-9]+)-(?<ts>[0-9]+)$', extract: '$ts' };

  it('compares what is extracted and answers the whole tag', async () => {
    const tags = ['main-ffff-9', 'main-0000-10', 'other-11', 'main-aaaa-2'];

    expect(await select({ policy: NUMERICAL, filterTags }, tags)).toBe('main-0000-10');
    expect(await select({ policy: { numerical: { order: 'desc' } }, filterTags }, tags)).toBe('main-aaaa-2');
    expect(await select({ policy: ALPHABETICAL, filterTags }, tags)).toBe('main-ffff-9');
  });

  it('takes the first of the alphabet of tags that are compared by the same text', async () => {
    const tags = ['main-b-1', 'main-a-1', 'main-c-1'];

    expect(await select({ policy: NUMERICAL, filterTags }, tags)).toBe('main-a-1');
    expect(await select({ policy: NUMERICAL, filterTags }, tags.toReversed())).toBe('main-a-1');
  });

  it('finds versions in what is extracted', async () => {
    const filter = { pattern: '^app-(.*)$', extract: '$1' };
    const choice = { policy: { semver: { range: '1.x' } }, filterTags: filter };

    expect(await select(choice, ['app-1.2.0', 'app-1.10.0', 'app-2.0.0', '1.99.0'])).toBe('app-1.10.0');
  });
});

describe('a policy', () => {
  it('is the first that is set', async () => {
    const policy = { semver: { range: '1.x' }, alphabetical: {}, numerical: {} };

    expect(await select({ policy }, ['1.0.0', 'z', '9'])).toBe('1.0.0');
    expect(await select({ policy: { alphabetical: {}, numerical: {} } }, ['10', '9'])).toBe('9');
  });

  const STALLED: readonly (readonly [string, Choice, string])[] = [
    [
      'without a choice',
      { policy: {} },
      'invalid policy: given ImagePolicyChoice object is invalid; set one of semver, alphabetical and numerical in spec.policy',
    ],
    [
      'with a bad range',
      { policy: { semver: { range: 'not a range' } } },
      'invalid policy: improper constraint: "not a range"; write spec.policy.semver.range as >=1.0.0 <2.0.0 for example',
    ],
    [
      'with a bad order',
      { policy: { numerical: { order: 'up' as 'asc' } } },
      "invalid policy: invalid order argument provided: 'UP', must be one of: ASC, DESC",
    ],
  ];

  it.each(STALLED)('%s stalls', async (_name, choice, message) => {
    const failure = { type: Reason.InvalidPolicy, message, nonRetryable: true, details: [{ stalled: true }] };

    await expect(select(choice, ['1.0.0'])).rejects.toMatchObject(failure);
    await expect(select(choice, [])).rejects.toMatchObject(failure);
  });

  const FAILING: readonly (readonly [string, Choice, readonly string[], string])[] = [
    ['without tags', { policy: ALPHABETICAL }, [], 'version list argument cannot be empty'],
    [
      'whose filter no tag matches',
      { policy: ALPHABETICAL, filterTags: { pattern: '^v' } },
      ['1.0.0'],
      'version list argument cannot be empty; no tag matches spec.filterTags.pattern: correct it, or push one that does',
    ],
    [
      'without a version in its range',
      { policy: { semver: { range: '2.x' } } },
      ['1.0.0', 'latest', 'v2'],
      'unable to determine latest version from provided list; no tag is a version in spec.policy.semver.range: correct it, or push one that is',
    ],
    [
      'with a text that is no number',
      { policy: NUMERICAL },
      ['1', 'three', '2'],
      "failed to parse invalid numeric value 'three'; let spec.filterTags.pattern match only tags with a number, and extract that",
    ],
  ];

  it.each(FAILING)('%s fails', async (_name, choice, tags, message) => {
    const failure = { type: Reason.Failure, message, nonRetryable: true, details: [{ stalled: false }] };

    await expect(select(choice, tags)).rejects.toMatchObject(failure);
  });
});

describe('100,000 tags', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `main-${'a'.repeat(100)}-${index}`);

  it('are matched at once by a pattern over which a backtracking engine would never end', async () => {
    const filterTags = { pattern: '^(?:main|-|(a+)+|(a|aa)+)+-(?<n>[0-9]+)$', extract: '$n' };

    expect(await select({ policy: NUMERICAL, filterTags }, many)).toBe(many.at(-1));
  });

  it('leave the worker its turns meanwhile', async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);

    await select({ policy: NUMERICAL, filterTags: { pattern: '-([0-9]+)$', extract: '$1' } }, many);

    clearInterval(counting);
    expect(turns).toBeGreaterThan(2);
  });

  it('do not keep it for longer than the budget', async () => {
    const filterTags = { pattern: '((a?){30}){20}a{30}$', extract: '$1' };

    await expect(select({ policy: ALPHABETICAL, filterTags }, many, 50)).rejects.toMatchObject({
      type: Reason.Failure,
      message: expect.stringContaining('matching 100000 tags with spec.filterTags.pattern takes longer'),
    });
  });

  it('are given up when the step is dropped', async () => {
    const dropped = AbortSignal.abort();
    const filterTags = { pattern: '((a?){30}){20}a{30}$', extract: '$1' };

    await expect(
      selectTag({ policy: ALPHABETICAL, filterTags }, many, { signal: dropped }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
