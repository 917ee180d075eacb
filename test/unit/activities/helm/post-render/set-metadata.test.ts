import { describe, expect, it } from 'vitest';
import { setMetadata } from '../../../../../activities/helm/post-render/set-metadata.ts';
import { parseManifests } from '../../../../../api/formats/manifest-yaml.ts';
import { golden } from '../../../../support/golden.ts';

const LABELS = { owner: 'me' };

/** Texts, and what they are once `owner: me` is set: every other byte as before. */
const EDITS: readonly { readonly name: string; readonly before: string; readonly after: string }[] = [
  {
    name: 'metadata without labels',
    before: 'kind: A\nmetadata:\n  name: a # the name\n',
    after: 'kind: A\nmetadata:\n  labels:\n    owner: me\n  name: a # the name\n',
  },
  {
    name: 'labels of its own',
    before: 'kind: A\nmetadata:\n  labels:\n      app: "a"   # as it was\n  name: a\n',
    after: 'kind: A\nmetadata:\n  labels:\n      owner: me\n      app: "a"   # as it was\n  name: a\n',
  },
  {
    name: 'a label with another value',
    before: "kind: A\nmetadata:\n  labels: {owner: 'you', x: 0x1F}\n",
    after: 'kind: A\nmetadata:\n  labels: {owner: "me", x: 0x1F}\n',
  },
  {
    name: 'a block of labels with another value',
    before: 'kind: A\nmetadata:\n  labels:\n    owner: 1 # was a number\n',
    after: 'kind: A\nmetadata:\n  labels:\n    owner: me # was a number\n',
  },
  {
    name: 'labels without a value',
    before: 'kind: A\nmetadata:\n  labels: # none yet\n  name: a\n',
    after: 'kind: A\nmetadata:\n  labels: {"owner": "me"} # none yet\n  name: a\n',
  },
  {
    name: 'labels that are null',
    before: 'kind: A\nmetadata: {labels: ~, name: a}\n',
    after: 'kind: A\nmetadata: {labels: {"owner": "me"}, name: a}\n',
  },
  {
    name: 'no labels in braces',
    before: 'kind: A\nmetadata:\n  labels: {}\n',
    after: 'kind: A\nmetadata:\n  labels: {"owner": "me"}\n',
  },
  {
    name: 'a document that is JSON',
    before: '{"kind":"A","metadata":{"name":"a"}}',
    after: '{"kind":"A","metadata":{"labels": {"owner": "me"}, "name":"a"}}',
  },
  {
    name: 'no metadata at all',
    before: 'kind: A\ndata: {}\n',
    after: 'metadata:\n  labels:\n    owner: me\nkind: A\ndata: {}\n',
  },
  {
    name: 'line breaks of Windows',
    before: 'kind: A\r\nmetadata:\r\n  name: a\r\n',
    after: 'kind: A\r\nmetadata:\r\n  labels:\r\n    owner: me\r\n  name: a\r\n',
  },
  {
    name: 'the items of a list, and not the list',
    before: 'kind: List\nmetadata: {}\nitems:\n- metadata:\n    name: a\n- kind: B\n',
    after:
      'kind: List\nmetadata: {}\nitems:\n- metadata:\n    labels:\n      owner: me\n    name: a\n- metadata:\n    labels:\n      owner: me\n  kind: B\n',
  },
  {
    name: 'data that looks like documents, blank lines, anchors and numbers',
    before:
      '# head\n---\nkind: A\nmetadata:\n  name: a\ndata:\n  a: |+\n    ---\n    kind: no\n\n\n  b: &b 0o17\n  c: *b\n  d: 1e3\n',
    after:
      '# head\n---\nkind: A\nmetadata:\n  labels:\n    owner: me\n  name: a\ndata:\n  a: |+\n    ---\n    kind: no\n\n\n  b: &b 0o17\n  c: *b\n  d: 1e3\n',
  },
  {
    name: 'documents that are empty or only comments',
    before: '---\n# nothing\n---\n---\nkind: A\nmetadata:\n  name: a\n---\n',
    after: '---\n# nothing\n---\n---\nkind: A\nmetadata:\n  labels:\n    owner: me\n  name: a\n---\n',
  },
  {
    name: 'a label that is there',
    before: 'kind: A\nmetadata:\n  labels:\n    owner: "me"\n',
    after: 'kind: A\nmetadata:\n  labels:\n    owner: "me"\n',
  },
  { name: 'a list without items', before: 'kind: List\nitems:\n', after: 'kind: List\nitems:\n' },
  { name: 'what is no object', before: '- a\n- b\n', after: '- a\n- b\n' },
];

describe('labels', () => {
  it.each(EDITS)('are set in $name', async ({ before, after }) => {
    expect(await setMetadata(before, { labels: LABELS })).toBe(after);
  });

  it('and annotations that YAML would read as something else are quoted', async () => {
    const text = await setMetadata('kind: A\nmetadata:\n  name: a\n', {
      labels: { on: 'yes' },
      annotations: { 'a/b': 'x: y\n' },
    });

    expect(text).toBe(
      'kind: A\nmetadata:\n  annotations:\n    a/b: "x: y\\n"\n  labels:\n    "on": "yes"\n  name: a\n',
    );
  });

  it.each([
    { name: 'shared with a selector', metadata: 'labels: &all {app: a}', more: 'spec: {selector: *all}' },
    { name: 'merged from elsewhere', metadata: 'labels:\n    <<: *base', more: '' },
    { name: 'an alias', metadata: 'labels: *base', more: '' },
    { name: 'of metadata with an anchor', metadata: 'labels: {app: a}', more: '', anchor: ' &meta' },
    { name: 'behind an explicit key', metadata: '? labels\n  : {app: a}', more: '' },
    {
      name: 'with a text over several lines',
      metadata: 'labels:\n    app: a\n    owner: |\n      you',
      more: '',
    },
  ])('$name change nothing but the object they belong to', async ({ metadata, more, anchor = '' }) => {
    const text = `apiVersion: v1\nkind: A\nbase: &base {app: a}\nmetadata:${anchor}\n  ${metadata}\n  name: a\n${more}\n`;

    const [object] = parseManifests(await setMetadata(text, { labels: LABELS }), { file: 'stream' });

    const [before] = parseManifests(text, { file: 'stream' });
    expect(object).toEqual({
      ...before,
      metadata: { ...before?.metadata, labels: { app: 'a', owner: 'me' } },
    });
  });

  it('leave the worker its turns where a chart renders much', async () => {
    const text = `kind: A\nmetadata:\n  name: a\ndata:\n${'  key: value\n'.repeat(5_000)}---\n`.repeat(10);
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);

    await setMetadata(text, { labels: LABELS });
    clearInterval(counting);

    expect(turns).toBeGreaterThan(3);
  });

  it('are refused where the text is no YAML, with the place', async () => {
    await expect(setMetadata('kind: A\n---\nmetadata: [\n', { labels: LABELS })).rejects.toThrow(
      /^the rendered manifests:[34]:\d+: /,
    );
  });
});

interface Row {
  readonly yaml: string;
  /** What helm-controller makes of it, document by document, as JSON. */
  readonly documents: readonly string[];
}
interface Shared {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

describe('labels and annotations are set as helm-controller does, in', () => {
  const { shared, rows } = golden<Shared, Row>('activities/helm/post-render/fixtures/set-metadata.json');

  it.each(rows)('$yaml', async ({ yaml, documents }) => {
    const objects = parseManifests(await setMetadata(yaml, shared), { file: 'stream' });

    expect(objects).toEqual(documents.map((document) => JSON.parse(document) as unknown));
  });
});
