import { describe, expect, it } from 'vitest';
import { ago, shortDuration } from '../../../../client/cli/ago.ts';
import { lastSeen } from '../../../../client/cli/events.ts';
import { statusFilter } from '../../../../client/cli/get.ts';
import type { GlobalFlags } from '../../../../client/cli/global-flags.ts';
import { formatLogLine } from '../../../../client/cli/log-line.ts';
import type { Reconciled } from '../../../../client/cli/reconciled.ts';
import { refOf, runIdOf } from '../../../../client/cli/run-id.ts';
import { formatMs } from '../../../../client/cli/run-result.ts';
import { queryFor, statusWord } from '../../../../client/cli/runs.ts';
import { readWords } from '../../../../client/cli/trace.ts';
import { formatTree } from '../../../../client/cli/tree.ts';
import { WorkflowType } from '../../../../workflows/messages.ts';

const flags: GlobalFlags = { namespace: 'flux-system', timeout: '5m', cluster: 'default' };
const session = { flags };

describe('a time ago', () => {
  const s = 1000;
  const m = 60 * s;
  const h = 60 * m;
  const d = 24 * h;
  it.each([
    [-5 * s, '<invalid>'],
    [-0.5 * s, '0s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [5 * m + 12 * s, '5m12s'],
    [15 * m + 12 * s, '15m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [3 * h + 20 * m, '3h20m'],
    [9 * h + 20 * m, '9h'],
    [47 * h, '47h'],
    [2 * d + 3 * h, '2d3h'],
    [9 * d + 3 * h, '9d'],
    [3 * 365 * d + 4 * d, '3y4d'],
    [9 * 365 * d, '9y'],
  ])('%d ms is %s, as kubectl writes it', (ms, text) => {
    expect(shortDuration(ms)).toBe(text);
  });

  it('says when it does not know', () => {
    expect(ago(undefined)).toBe('<unknown>');
  });

  const now = Date.parse('2026-01-01T01:00:00Z');
  const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject: {} };
  const times = { firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:59:30Z' };
  it.each([
    [{ ...times, count: 1 }, '60m'],
    [{ ...times, count: 5 }, '30s (x5 over 60m)'],
    [{ eventTime: '2026-01-01T00:50:00Z' }, '10m'],
    [
      { eventTime: '2026-01-01T00:50:00Z', series: { count: 3, lastObservedTime: '2026-01-01T00:59:00Z' } },
      '60s (x3 over 10m)',
    ],
  ])('shows the event %j as last seen %s', (fields, text) => {
    expect(lastSeen({ ...event, ...fields }, now)).toBe(text);
  });

  it.each([
    [0.4, '0ms'],
    [999, '999ms'],
    [1234, '1.2s'],
    [61_400, '1m1s'],
  ])('shows %d ms of a step as %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});

describe('--status-selector', () => {
  const condition = { status: 'False', reason: 'x', message: '', lastTransitionTime: '' } as const;
  const object = { status: { conditions: [{ ...condition, type: 'Ready' }] } } as unknown as Reconciled;

  it.each([
    ['ready=false', true],
    ['Ready=False', true],
    ['ready=true', false],
    ['ready!=true', true],
    ['stalled=true', false],
    ['stalled!=true', true],
  ])('%s matches a failing object: %s', (selector, isMatch) => {
    expect(statusFilter(selector)(object)).toBe(isMatch);
  });

  it('refuses what is no selector', () => {
    expect(() => statusFilter('ready')).toThrow(
      'expected status selector in type=status or type!=status format',
    );
  });
});

describe('a line of the log', () => {
  const entry = {
    level: 'error',
    ts: '2026-01-01T00:00:00Z',
    msg: 'it broke',
    error: 'why',
    controllerKind: 'Kustomization',
    name: 'apps',
    namespace: 'flux-system',
  };
  const line = JSON.stringify(entry);

  it('reads as in flux logs', () => {
    expect(formatLogLine(line, {})).toBe(
      '2026-01-01T00:00:00Z error Kustomization/apps.flux-system - it broke why\n',
    );
  });

  it('has no object when it speaks of none', () => {
    expect(formatLogLine('{"ts":"t","level":"info","msg":"started"}', {})).toBe('t info  - started \n');
  });

  it.each([
    [{ level: 'info' }],
    [{ kind: 'GitRepository' }],
    [{ name: 'other' }],
    [{ namespace: 'apps' }],
    [{ since: Date.parse('2026-01-02T00:00:00Z') }],
  ])('is left out by %j', (filter) => {
    expect(formatLogLine(line, filter)).toBeUndefined();
  });

  it.each(['plain text', '{not json'])('is left out when it is %j', (text) => {
    expect(formatLogLine(text, {})).toBeUndefined();
  });
});

describe('an object of a run', () => {
  it.each([[['ks', 'apps']], [['ks/apps']], [['Kustomization/apps']], [['kustomization', 'apps']]])(
    'may be named %j',
    (words) => {
      expect(runIdOf(session as never, words)).toBe('default/Kustomization/flux-system/apps');
    },
  );

  it.each([[['source', 'git', 'home']], [['git/home']], [['gitrepository', 'home']]])(
    'may be a source: %j',
    (words) => {
      expect(refOf(session as never, words)).toMatchObject({ kind: 'GitRepository', name: 'home' });
    },
  );

  it('may be given as the workflow id', () => {
    expect(runIdOf(session as never, ['default/Kustomization/a/b'])).toBe('default/Kustomization/a/b');
  });

  it('is refused when it is neither', () => {
    expect(() => runIdOf(session as never, ['pod', 'x'])).toThrow('give a workflow id, or an object');
  });
});

describe('the query of runs', () => {
  const names = Object.values(WorkflowType).map((name) => `'${name}'`);
  const types = `WorkflowType IN (${names.join(', ')})`;

  it('asks for a namespace', () => {
    expect(queryFor(session, undefined, {})).toBe(`${types} AND PawlNamespace = 'flux-system'`);
  });

  it('asks for an object that failed', () => {
    const ref = { kind: 'Kustomization', namespace: 'flux-system', name: "o'clock" } as const;

    expect(queryFor(session, ref, { failed: true })).toBe(
      `${types} AND PawlKind = 'Kustomization' AND PawlName = 'o''clock' AND PawlNamespace = 'flux-system' AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')`,
    );
  });

  it('asks for everything', () => {
    expect(queryFor(session, undefined, { allNamespaces: true })).toBe(types);
  });

  it('spells a status as Temporal shows it', () => {
    expect(statusWord('CONTINUED_AS_NEW')).toBe('ContinuedAsNew');
  });
});

describe('trace and tree', () => {
  it.each([
    [['deploy/web'], ['deploy web']],
    [
      ['deploy/web', 'cm/a'],
      ['deploy web', 'cm a'],
    ],
    [
      ['deployment', 'web', 'api'],
      ['deployment web', 'deployment api'],
    ],
  ])('reads the words %j', (words, read) => {
    expect(readWords(words).map(({ resource, name }) => `${resource} ${name}`)).toEqual(read);
  });

  it.each([[[]], [['deployment']], [['a/b/c']], [['a/']], [['a/b', 'c']]])(
    'refuses the words %j',
    (words) => {
      expect(() => readWords(words)).toThrow('is required as an argument');
    },
  );

  it('draws a tree', () => {
    const node = (kind: string, name: string, namespace = '') => ({
      kind,
      group: '',
      name,
      namespace,
      children: [],
    });
    const child = {
      ...node('Kustomization', 'apps', 'flux-system'),
      children: [node('ConfigMap', 'a', 'apps')],
    };
    const root = {
      ...node('Kustomization', 'flux-system', 'flux-system'),
      children: [child, node('Namespace', 'apps')],
    };

    expect(formatTree(root)).toBe(
      [
        'Kustomization/flux-system/flux-system',
        '├── Kustomization/flux-system/apps',
        '│   └── ConfigMap/apps/a',
        '└── Namespace/apps',
        '',
      ].join('\n'),
    );
  });
});
