import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflowBundle } from '../../../workers/bundle.ts';

const root = join(import.meta.dirname, '../../..');
const sources = readdirSync(join(root, 'workflows')).filter((file) => file.endsWith('.ts'));

describe('the workflow bundle', () => {
  let modules: readonly string[];
  beforeAll(async () => {
    const { codePath } = await loadWorkflowBundle();
    const code = readFileSync(codePath, 'utf8');
    modules = [...code.matchAll(/^\/\*{3}\/ "([^"]+)"/gm)].map((match) => match[1] ?? '');
  });

  it('has all of our workflow code', () => {
    const ours = modules.filter((path) => path.startsWith('./workflows/')).sort();
    // What is only types leaves nothing.
    expect(ours).toEqual(sources.map((file) => `./workflows/${file}`).sort());
  });

  it('has of our other code only the vocabulary', () => {
    // What begins with a question mark is the bundler's own empty stub.
    const others = modules.filter((path) => !/^(\?|\.\/workflows\/|\.\/node_modules\/)/.test(path));
    expect(others.sort()).toEqual(['./api/names.ts', './api/reasons.ts']);
  });

  it("has no library but Temporal's: each costs every cached run memory, and its upgrade may break replay", () => {
    const packages = modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual([
      '@temporalio/common',
      '@temporalio/workflow',
      'long',
      'ms',
      'nexus-rpc',
    ]);
  });
});

describe('workflow code keeps no state outside of a run', () => {
  it.each(sources)('%s', (file) => {
    const text = readFileSync(join(root, 'workflows', file), 'utf8');

    // Constants are compared with what cannot be written to: literals, functions and read-only sets.
    expect(text.match(/^(export )?(let|var) .*/gm) ?? []).toEqual([]);
    const collections = text.match(/^(export )?const .*new (Map|Set|WeakMap)\b.*/gm) ?? [];
    expect(collections.filter((line) => !line.includes(': ReadonlySet<'))).toEqual([]);
  });
});
