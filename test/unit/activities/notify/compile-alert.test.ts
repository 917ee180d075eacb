import { describe, expect, it } from 'vitest';
import { compileAlert } from '../../../../activities/notify/compile-alert.ts';
import { alertOf } from '../../../support/notified.ts';

describe('the lists of an Alert', () => {
  it.each<{
    readonly inclusionList?: string[];
    readonly exclusionList?: string[];
    readonly message: string;
    readonly allows: boolean;
  }>([
    { message: 'anything', allows: true },
    { inclusionList: ['.*succeeded.*'], message: 'it succeeded', allows: true },
    { inclusionList: ['^it', 'never'], message: 'it succeeded', allows: true },
    { inclusionList: ['^succeeded'], message: 'it succeeded', allows: false },
    { exclusionList: ['succeeded'], message: 'it succeeded', allows: false },
    { exclusionList: ['(?i)SUCCEEDED'], message: 'it succeeded', allows: false },
    { inclusionList: ['it'], exclusionList: ['succeeded'], message: 'it succeeded', allows: false },
    { inclusionList: ['it'], exclusionList: ['failed'], message: 'it succeeded', allows: true },
    { inclusionList: ['(?P<name>it)'], message: 'it', allows: true },
    { inclusionList: ['('], message: 'it', allows: false },
    { exclusionList: ['(?=x)'], message: 'x', allows: true },
    { exclusionList: ['^(a+)+$'], message: `${'a'.repeat(30_000)}!`, allows: true },
  ])('$inclusionList without $exclusionList: $allows', ({ message, allows, ...spec }) => {
    expect(compileAlert(alertOf(spec)).allows(message)).toBe(allows);
  });

  it('say which of their patterns do not compile', () => {
    const { problems } = compileAlert(alertOf({ inclusionList: ['('], exclusionList: ['ok', '(?=x)'] }));

    expect(problems).toEqual([
      'failed to compile inclusion regex: (',
      'failed to compile exclusion regex: (?=x)',
    ]);
  });
});

it('sources say which of them name labels that no object has', () => {
  const kind = 'Kustomization';
  const source = (name: string, matchLabels?: Record<string, string>) =>
    ({ kind, name, matchLabels }) as const;
  const eventSources = [
    source('good', { team: 'web' }),
    source('none'),
    source('*', { 'a b': 'c' }),
    { ...source('web', { team: 'a b' }), namespace: 'other' },
  ];

  expect(compileAlert(alertOf({ eventSources })).problems).toEqual([
    'error using matchLabels from event source Kustomization/apps/*',
    'error using matchLabels from event source Kustomization/other/web',
  ]);
});

describe('our annotations', () => {
  it.each<{
    readonly annotations: Readonly<Record<string, string>>;
    readonly groupMs?: number;
    readonly afterFailures?: number;
    readonly problems: number;
  }>([
    { annotations: {}, problems: 0 },
    { annotations: { 'pawl.dev/group': '5m' }, groupMs: 300_000, problems: 0 },
    { annotations: { 'pawl.dev/group': '1m30s' }, groupMs: 90_000, problems: 0 },
    { annotations: { 'pawl.dev/group': '5' }, problems: 1 },
    { annotations: { 'pawl.dev/group': '10ms' }, problems: 1 },
    { annotations: { 'pawl.dev/group': '25h' }, problems: 1 },
    { annotations: { 'pawl.dev/after-failures': '3' }, afterFailures: 3, problems: 0 },
    { annotations: { 'pawl.dev/commit-status': 'aggregate' }, problems: 0 },
    { annotations: { 'pawl.dev/commit-status': 'all' }, problems: 1 },
    { annotations: { 'pawl.dev/after-failures': '0' }, problems: 1 },
    { annotations: { 'pawl.dev/after-failures': '1001' }, problems: 1 },
    { annotations: { 'pawl.dev/after-failures': 'three' }, problems: 1 },
    { annotations: { 'pawl.dev/group': '', 'pawl.dev/after-failures': '' }, problems: 2 },
  ])('$annotations', ({ annotations, groupMs, afterFailures, problems }) => {
    const compiled = compileAlert(alertOf({}, annotations));

    expect([compiled.groupMs, compiled.afterFailures]).toEqual([groupMs, afterFailures]);
    expect(compiled.problems).toHaveLength(problems);
  });
});
