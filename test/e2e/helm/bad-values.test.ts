import { describe, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import {
  type BadChange,
  changeBadly,
  expectTold,
  footprint,
  runningRelease,
  SECRET,
} from '../../support/bad-input.ts';
import { chartOf, type HelmHome } from '../../support/helm-home.ts';

type Fields = Readonly<Record<string, unknown>>;

function config(kind: 'ConfigMap' | 'Secret', name: string, data: Readonly<Record<string, string>>) {
  return async (home: HelmHome) => {
    const metadata = { name, namespace: home.namespace };
    const content = kind === 'Secret' ? { stringData: data } : { data };
    const found = await home.live(kind, name);
    if (!found) await home.kube.create({ apiVersion: 'v1', kind, metadata, ...content });
    else await home.kube.patch({ apiVersion: 'v1', kind, ...metadata }, content, { type: 'merge' });
  };
}

/** Ten of the line before in each line. */
function aliases(depth: number): string {
  const lines = Array.from(
    { length: depth },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`,
  );
  return ['a0: &a0 x', ...lines].join('\n');
}

const from = (kind: string, name: string, more: Fields = {}) => ({ valuesFrom: [{ kind, name, ...more }] });
const noValues = { valuesFrom: null };

const VALUES: readonly BadChange[] = [
  ...(['ConfigMap', 'Secret'] as const).flatMap((kind): BadChange[] => [
    {
      name: `a ${kind} that is not there`,
      change: from(kind, 'none'),
      reason: 'ValuesError',
      message: `^could not resolve ${kind} chart values reference '<ns>/none' with key 'values.yaml': resource not found; create it`,
      fix: config(kind, 'none', { 'values.yaml': 'text: two' }),
    },
    {
      name: `a key that is not in the ${kind}`,
      given: config(kind, 'values', { other: `text: ${SECRET}` }),
      change: from(kind, 'values', { valuesKey: 'mine' }),
      reason: 'ValuesError',
      message: `^could not resolve ${kind} chart values reference '<ns>/values' with key 'mine': key not found; add it`,
      fix: config(kind, 'values', { mine: 'text: two' }),
    },
  ]),
  {
    name: 'a Secret whose value is no YAML',
    given: config('Secret', 'values', { 'values.yaml': `text: [${SECRET}` }),
    change: from('Secret', 'values'),
    reason: 'ValuesError',
    message: "^could not resolve Secret .*'<ns>/values' .*is not valid YAML at line 1",
    fix: config('Secret', 'values', { 'values.yaml': 'text: two' }),
  },
  {
    name: 'a Secret whose value is a text',
    given: config('Secret', 'values', { 'values.yaml': SECRET }),
    change: from('Secret', 'values'),
    reason: 'ValuesError',
    message: "^could not resolve Secret .*'<ns>/values' with key 'values.yaml': the value cannot be read",
    fix: noValues,
  },
  {
    name: 'a targetPath with a list that fills the memory',
    given: config('Secret', 'values', { 'values.yaml': SECRET }),
    change: from('Secret', 'values', { targetPath: 'list[99999]' }),
    reason: 'ValuesError',
    message: "^could not resolve Secret .*cannot be set at targetPath 'list\\[99999\\]'",
    fix: noValues,
  },
  {
    name: 'a targetPath that goes deeper than helm',
    given: config('Secret', 'values', { 'values.yaml': SECRET }),
    change: from('Secret', 'values', { targetPath: Array.from({ length: 60 }, () => 'a').join('.') }),
    reason: 'ValuesError',
    message: '^could not resolve Secret .*cannot be set at targetPath',
    fix: noValues,
  },
  {
    name: 'aliases that unfold without end',
    given: config('ConfigMap', 'values', { 'values.yaml': aliases(12) }),
    change: from('ConfigMap', 'values'),
    reason: 'ValuesError',
    message: "^could not resolve ConfigMap .*'<ns>/values' .*alias",
    fix: noValues,
  },
];

describe('a release that runs is left as it was by', () => {
  test.each(VALUES)('$name, and mended at once', async (change) => {
    const { before, after, mend } = await changeBadly(change);

    expect(after).toEqual(before);
    await mend();
  });
});

test('what is optional may be missing', async () => {
  const { home, before } = await runningRelease();
  await config('ConfigMap', 'there', { other: 'x: y' })(home);
  const optional = { optional: true };

  const valuesFrom = [
    { kind: 'ConfigMap', name: 'none', ...optional },
    { kind: 'Secret', name: 'none', ...optional },
    { kind: 'ConfigMap', name: 'there', valuesKey: 'none', ...optional },
  ];
  await home.update(Kind.HelmRelease, 'app', { valuesFrom });
  await home.ready(Kind.HelmRelease, 'app');

  expect(await footprint(home)).toEqual(before);
});

const BAD_SERVICE = `apiVersion: v1
kind: Service
metadata: {name: app-bad}
spec: {ports: [{port: "{{ .Values.text }}"}]}
`;

describe('no secret is told by', () => {
  const password = { kind: 'Secret', name: 'values', targetPath: 'text' };

  test.each([
    {
      name: 'a template that fails with a value',
      files: { 'templates/bad.yaml': '{{ fail (printf "%s is no text" .Values.text) }}' },
      says: 'bad.yaml',
    },
    {
      name: 'a manifest that the server refuses',
      files: { 'templates/bad.yaml': BAD_SERVICE },
      isStalled: 'RetriesExceeded' as const,
      says: 'port',
    },
    {
      name: 'values that fail the schema',
      files: { 'values.schema.json': '{"properties": {"text": {"enum": ["one", "two"]}}}' },
      says: 'text',
    },
  ])('$name', async ({ files, says, isStalled = false }) => {
    const { home } = await runningRelease({}, { chart: chartOf('bench', { version: '0.1.0' }) });
    await config('Secret', 'values', { 'values.yaml': SECRET })(home);
    await home.offer('bench', { version: '2.0.0', files });
    const told = {
      reason: 'UpgradeFailed',
      isStalled,
      message: `^Helm upgrade failed for release <ns>/app with chart bench@.*${says}`,
    };

    const chart = chartOf('bench', { version: '2.0.0' });
    await home.update(Kind.HelmRelease, 'app', { valuesFrom: [password], chart });
    await expectTold(home, Kind.HelmRelease, 'app', told);

    await home.offer('bench', { version: '2.1.0' });
    await home.update(Kind.HelmRelease, 'app', { chart: chartOf('bench', { version: '2.1.0' }) });
    const { status } = await home.ready(Kind.HelmRelease, 'app', '2.1.0');
    expect(JSON.stringify(status)).not.toContain(SECRET);
  });
});
