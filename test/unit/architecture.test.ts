import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const FOLDERS = ['api', 'workflows', 'activities', 'workers', 'client', 'tools'] as const;
const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => posix.join('docs', file)),
];

describe.each(PAGES)('%s', (page) => {
  const prose = read(page).replace(/^```[\s\S]*?^```/gm, '');

  it('names only paths that exist', () => {
    const paths = [
      ...prose.matchAll(/`((?:api|workflows|activities|workers|client|tools|test|deploy|docs)\/[^`\s]*)`/g),
    ].map(([, path = '']) => path);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('links only to pages that exist', () => {
    const targets = [...prose.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, target = '']) => target,
    );
    expect(targets.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });
});

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

/** What a file may import from other top-level folders. The first rule whose files fit counts. */
const RULES: readonly {
  readonly files: RegExp;
  readonly values: RegExp;
  /** Beside the values: types only. */
  readonly types?: RegExp;
}[] = [
  // The generator of the CRDs is a program, and asks for the version.
  { files: /^api\/generate-crds\.ts$/, values: /^package\.json$/ },
  { files: /^api\//, values: /^$/ },
  { files: /^workflows\//, values: /^api\//, types: /^activities\/|^workers\/watch\/activity\.ts$/ },
  { files: /^activities\//, values: /^api\// },
  { files: /^tools\//, values: /^(api|activities\/kube)\// },
  // The command line and the demo put everything together; what they share with workers does not.
  { files: /^client\/(cli|demo)\//, values: /./ },
  { files: /^client\//, values: /^(api\/|workflows\/messages\.ts$)/, types: /^(workflows|activities)\// },
  { files: /^workers\/command\.ts$/, values: /./ },
  { files: /^workers\//, values: /^(api|workflows|activities|tools)\/|^client\/[^/]+\.ts$/ },
];

function isAllowed({ from, to, isType }: Import): boolean {
  const rule = RULES.find(({ files }) => files.test(from));
  return rule !== undefined && (rule.values.test(to) || (isType && (rule.types?.test(to) ?? false)));
}

const IMPORT = /^(?:import|export)\s+(type\s)?[^;]*?from\s+'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

function importsOf(from: string): Import[] {
  return [...read(from).matchAll(IMPORT)].map(([, type, named, dynamic]) => ({
    from,
    to: posix.join(posix.dirname(from), named ?? dynamic ?? ''),
    isType: type !== undefined,
  }));
}

describe.each(FOLDERS)('%s', (folder) => {
  it('imports only what its place allows', () => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js)$/.test(file))
      .map((file) => posix.join(folder, file));
    const across = files.flatMap(importsOf).filter(({ to }) => !to.startsWith(`${folder}/`));
    expect(files.length).toBeGreaterThan(0);
    expect(across.filter((found) => !isAllowed(found)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });
});
