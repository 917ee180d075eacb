import { describe, expect, it } from 'vitest';
import { openCompactIndex } from '../../../../../activities/fetch/helm/compact-index.ts';
import type { ChartVersion } from '../../../../../activities/fetch/helm/contract.ts';
import { createIndexCollector } from '../../../../../activities/fetch/helm/index-collector.ts';
import { IndexScanner } from '../../../../../activities/fetch/helm/index-scanner.ts';
import { collectWhole } from '../../../../../activities/fetch/helm/index-whole.ts';

interface Read {
  readonly charts: Readonly<Record<string, readonly ChartVersion[]>>;
  readonly warnings: readonly string[];
}

function finished(collector: ReturnType<typeof createIndexCollector>): Read {
  const index = openCompactIndex('sha256:x', collector.finish());
  const charts = index.names().map((name) => [name, [...(index.versionsOf(name) ?? [])]] as const);
  return { charts: Object.fromEntries(charts), warnings: index.warnings };
}

function byLines(text: string): Read {
  const collector = createIndexCollector();
  const scanner = new IndexScanner(collector);
  for (const line of text.split(/\r?\n/)) scanner.line(line);
  scanner.end();
  return finished(collector);
}

function asWhole(text: string): Read {
  const collector = createIndexCollector();
  collectWhole(text, collector);
  return finished(collector);
}

const A = 'a'.repeat(64);

/** Indexes that helm reads, in the styles in which they are found. */
const readable: Readonly<Record<string, string>> = {
  'as helm writes it': `apiVersion: v1
entries:
  alpine:
  - annotations:
      artifacthub.io/changes: |
        - kind: added
          description: "an unclosed quote and a \`backtick: here
      category: Database
    apiVersion: v2
    appVersion: 1.2.3
    created: "2024-01-02T03:04:05.123456789Z"
    dependencies:
    - condition: common.enabled
      name: common
      repository: oci://registry.example.com/charts
      tags:
      - one
      version: 2.x.x
    deprecated: true
    description: A chart that is described in so many words that the writer
      wrapped them; see https://example.com/#top for more
    digest: ${A}
    keywords:
    - a
    - 'it''s'
    maintainers:
    - email: "somebody@example.com"
      name: Somebody
    name: alpine
    urls:
    - https://charts.example.com/alpine-1.0.0.tgz
    - alpine-1.0.0.tgz
    version: 1.0.0
  - name: alpine
    urls: []
    version: 2.0.0-rc.1+build.5
generated: "2024-01-02T03:04:05Z"
serverInfo: {}
`,
  'with other indentation': `---
apiVersion: 'v1'
generated: 2024-01-02
"entries":
    # a remark
    "some-chart":
        -   version:   "1.10"
            name: some-chart

            urls:
              -   charts/some-chart.tgz   # the only one
            description: >-
                folded
        -
            name: some-chart
            version: 1.9.0
`,
  'with lists beside their keys': `apiVersion: v1
entries:
  a:
    - name: a
      version: v1.0.0
      urls:
      - a.tgz
      created: 2024-01-02T03:04:05Z
      digest: sha256:${A.toUpperCase()}
  b: []
  c:
  d: null
`,
  'with flow style and quotes within values': `apiVersion: v1
entries:
  a:
  - {name: a, version: 1.0.0}
  - name: "a"
    version: '2.0.0'
    urls: ["a: b.tgz", 'c.tgz']
    description: "a \\"quoted\\" text: with colon"
    home: !!str https://example.com
`,
  'in Windows line ends': 'apiVersion: v1\r\nentries:\r\n  a:\r\n  - name: a\r\n    version: 1.0.0\r\n',
  'without entries': 'apiVersion: v1\nentries: {}\n',
  'without the key entries': 'apiVersion: v1\n',
};

describe('an index', () => {
  // Flow style is nothing that the scanner reads: such an index is read as a whole.
  it.each(Object.entries(readable).filter(([name]) => !name.includes('flow')))(
    '%s is read by lines as the YAML library reads it',
    (_name, text) => {
      expect(byLines(text)).toEqual(asWhole(text));
    },
  );

  it('keeps of each version what somebody asks for', () => {
    expect(byLines(readable['as helm writes it'] ?? '').charts['alpine']).toEqual([
      { name: 'alpine', version: '2.0.0-rc.1+build.5', urls: [] },
      {
        name: 'alpine',
        version: '1.0.0',
        urls: ['https://charts.example.com/alpine-1.0.0.tgz', 'alpine-1.0.0.tgz'],
        digest: A,
        created: '2024-01-02T03:04:05.123456789Z',
        deprecated: true,
      },
    ]);
    expect(asWhole(readable['with lists beside their keys'] ?? '').charts).toEqual({
      a: [{ name: 'a', version: 'v1.0.0', urls: ['a.tgz'], created: '2024-01-02T03:04:05Z', digest: A }],
      b: [],
      c: [],
      d: [],
    });
    expect(asWhole(readable['with flow style and quotes within values'] ?? '').charts['a']).toEqual([
      { name: 'a', version: '2.0.0', urls: ['a: b.tgz', 'c.tgz'] },
      { name: 'a', version: '1.0.0', urls: [] },
    ]);
  });

  it('is read from JSON, where scalars have types', () => {
    const entries = {
      a: [{ name: 'a', version: '1.0.0', deprecated: true, urls: ['a.tgz'], digest: 5 }, null],
    };

    expect(asWhole(JSON.stringify({ apiVersion: 'v1', entries }))).toEqual({
      charts: { a: [{ name: 'a', version: '1.0.0', urls: ['a.tgz'], deprecated: true }] },
      warnings: ['chart "a": an empty entry is passed over'],
    });
  });

  it('has its versions newest first, of equal ones the youngest', () => {
    const versions = ['1.2.0', '1.10.0', '1.10.0-rc.1', 'v1.9.0', '1.10.0+one', '1.10.0+two'];
    const entries = versions.map(
      (version, day) => `  - {name: a, version: ${version}, created: "2024-01-0${day + 1}T00:00:00Z"}\n`,
    );

    const { charts } = asWhole(`apiVersion: v1\nentries:\n  a:\n${entries.join('')}`);

    const expected = ['1.10.0+two', '1.10.0+one', '1.10.0', '1.10.0-rc.1', 'v1.9.0', '1.2.0'];
    expect(charts['a']?.map(({ version }) => version)).toEqual(expected);
  });

  it.each([
    ['an empty entry', '  - null', 'an empty entry is passed over'],
    ['an entry of nothing', '  -', 'an empty entry is passed over'],
    ['no name', '  - version: 1.0.0', 'an entry is passed over: it has no name'],
    ['a null name', '  - name: null\n    version: 1.0.0', 'an entry is passed over: it has no name'],
    ['no version', '  - name: a', 'an entry is passed over: it has no version'],
    [
      'a bad version',
      '  - name: a\n    version: one',
      'an entry is passed over: its version is none of semver',
    ],
    ['a long version', `  - name: a\n    version: 1.0.0-${'x'.repeat(300)}`, 'its version is none of semver'],
    [
      'a path for a name',
      '  - name: ../a\n    version: 1.0.0',
      'an entry is passed over: its name could be a path',
    ],
    [
      'dots for a name',
      '  - name: ..\n    version: 1.0.0',
      'an entry is passed over: its name could be a path',
    ],
    [
      'an unknown type',
      '  - name: a\n    version: 1.0.0\n    type: plugin',
      'neither application nor library',
    ],
    [
      'a version twice',
      '  - name: a\n    version: 9.9.9',
      'version 9.9.9 is there again; the first one counts',
    ],
  ])('passes over %s, and says so', (_name, entry, warning) => {
    const text = `apiVersion: v1\nentries:\n  a:\n  - name: a\n    version: 9.9.9\n    digest: ${A}\n${entry}\n`;
    const kept = [{ name: 'a', version: '9.9.9', urls: [], digest: A }];

    for (const read of [byLines(text), asWhole(text)]) {
      expect(read.charts).toEqual({ a: kept });
      expect(read.warnings).toEqual([expect.stringContaining(warning)]);
    }
  });

  it('says of many warnings the first ones', () => {
    const entries = Array.from({ length: 500 }, () => '  - null').join('\n');

    const { warnings } = byLines(`apiVersion: v1\nentries:\n  a:\n${entries}\n`);

    expect(warnings).toHaveLength(11);
    expect(warnings.at(-1)).toBe('and 490 more');
  });

  it.each([
    ['an empty file', '', 'it has no apiVersion'],
    ['a page of HTML', '<!DOCTYPE html>\n<html>\n', 'line 1'],
    ['some other YAML', 'kind: ConfigMap\n', 'it has no apiVersion'],
    ['an empty apiVersion', 'apiVersion:\nentries: {}\n', 'it has no apiVersion'],
    ['a key twice', 'apiVersion: v1\nentries:\n  a:\n  - name: a\n    name: b\n', 'line 5'],
    ['a broken quote', 'apiVersion: v1\nentries:\n  a:\n  - name: "a\n    version: 1.0.0\n', 'line 4'],
    [
      'a broken quote in what nobody asks for',
      'apiVersion: v1\nentries:\n  a:\n  - home: "x\n',
      'Missing closing',
    ],
    ['two values of a key', 'apiVersion: v1\nentries:\n  a:\n  - home: x: y\n', 'line 4'],
    ['an alias of nothing', 'apiVersion: v1\nentries:\n  a:\n  - name: *b\n', 'line 4'],
    ['a tab', 'apiVersion: v1\nentries:\n\ta:\n', 'line 3'],
    ['a key too far left', 'apiVersion: v1\nentries:\n    a:\n    - name: a\n   b: c\n', 'line 5'],
    ['a list of charts', 'apiVersion: v1\nentries:\n- a\n', 'line 3'],
    ['text for a chart', 'apiVersion: v1\nentries:\n  a: b\n', 'line 3'],
  ])('is refused that is %s, by its line', (_name, text, message) => {
    expect(() => byLines(text)).toThrow(message);
  });

  it.each([
    ['an array', '[]', 'it has no apiVersion'],
    ['null', 'null', 'it has no apiVersion'],
    ['JSON that breaks off', '{"apiVersion": "v1", "entries": {"a": [', 'line 1'],
    ['entries that are a list', '{"apiVersion": "v1", "entries": []}', 'its entries are no mapping'],
    [
      'a chart that is text',
      '{"apiVersion": "v1", "entries": {"a": "b"}}',
      'chart "a" has no list of versions',
    ],
    ['aliases that explode', bomb(), 'alias'],
  ])('is refused as a whole that is %s', (_name, text, message) => {
    expect(() => asWhole(text)).toThrow(message);
  });

  it('takes names for names, whatever they are to JavaScript', () => {
    const text = 'apiVersion: v1\nentries:\n  __proto__:\n  - name: __proto__\n    version: 1.0.0\n';

    for (const read of [byLines, asWhole]) expect(Object.keys(read(text).charts)).toEqual(['__proto__']);
  });
});

function bomb(): string {
  const lines = ['apiVersion: v1', 'a0: &a0 [x]'];
  for (let level = 1; level < 9; level += 1) {
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  return `${lines.join('\n')}\n`;
}
