import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { customResourceDefinitions } from '../../api/crd.ts';
import { unsupportedField as unsupportedInGitRepository } from '../../api/git-repository.ts';
import { unsupportedField as unsupportedInHelmChart } from '../../api/helm-chart.ts';
import { unsupportedField as unsupportedInHelmRelease } from '../../api/helm-release.ts';
import { unsupportedField as unsupportedInKustomization } from '../../api/kustomization.ts';
import { Annotation, SearchAttribute } from '../../api/names.ts';
import { providerType } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import { receiver } from '../../api/receiver.ts';
import { buildProgram } from '../../client/cli/main.ts';
import { Trigger } from '../../workflows/messages.ts';
import { Outcome } from '../../workflows/outcome.ts';

const docs = join(import.meta.dirname, '../../docs');
const page = (name: string) => readFileSync(join(docs, name), 'utf8');

interface Property {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Property>>;
}

function specOf(kind: string): Readonly<Record<string, Property>> {
  const crd = customResourceDefinitions('0.0.0').find(({ metadata }) => metadata.name.startsWith(kind));
  const spec = crd?.['spec'] as
    | { versions: readonly { schema: { openAPIV3Schema: Property } }[] }
    | undefined;
  return spec?.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties ?? {};
}

const SAMPLES: Readonly<Record<string, unknown>> = { boolean: true, array: ['x'], object: {}, string: 'x' };
const sample = ({ type = '' }: Property) => SAMPLES[type];

// Casts: these specs hold one field, which is all that is looked at.
const KINDS = [
  {
    file: 'git-repository.md',
    kind: 'gitrepositories',
    unsupported: (spec: object) => unsupportedInGitRepository(spec as never),
    // Its other values are refused, the field is not.
    partly: ['provider'],
  },
  {
    file: 'kustomization.md',
    kind: 'kustomizations',
    unsupported: (spec: object) =>
      unsupportedInKustomization({ sourceRef: { kind: 'GitRepository' }, ...spec } as never),
    partly: ['sourceRef'],
  },
  {
    file: 'helm-repository.md',
    kind: 'helmrepositories',
    unsupported: () => undefined,
    partly: [],
  },
  {
    file: 'helm-chart.md',
    kind: 'helmcharts',
    unsupported: (spec: object) =>
      unsupportedInHelmChart({ sourceRef: { kind: 'HelmRepository' }, ...spec } as never),
    partly: ['sourceRef', 'verify'],
  },
  {
    file: 'helm-release.md',
    kind: 'helmreleases',
    unsupported: (spec: object) => unsupportedInHelmRelease(spec as never),
    partly: ['chartRef'],
  },
  { file: 'image-repository.md', kind: 'imagerepositories', unsupported: () => undefined, partly: [] },
  { file: 'image-policy.md', kind: 'imagepolicies', unsupported: () => undefined, partly: [] },
  {
    file: 'image-update-automation.md',
    kind: 'imageupdateautomations',
    unsupported: () => undefined,
    partly: [],
  },
  { file: 'receiver.md', kind: 'receivers', unsupported: () => undefined, partly: [] },
  { file: 'provider.md', kind: 'providers', unsupported: () => undefined, partly: [] },
  { file: 'alert.md', kind: 'alerts', unsupported: () => undefined, partly: [] },
];

describe.each(KINDS)('$file', ({ file, kind, unsupported, partly }) => {
  const text = page(file);
  const fields = Object.entries(specOf(kind));

  it('names every field of the spec', () => {
    expect(fields.length).toBeGreaterThan(5);
    expect(fields.map(([name]) => name).filter((name) => !text.includes(`\`spec.${name}`))).toEqual([]);
  });

  it('marks as later what is not honoured, and nothing else', () => {
    const marked = [...text.matchAll(/^\| `spec\.(\w+)` \| \*\*later\*\*/gm)].map(([, name = '']) => name);
    const refused = fields
      .filter(([name, property]) => !partly.includes(name) && unsupported({ [name]: sample(property) }))
      .map(([name]) => name);
    expect(new Set(marked)).toEqual(new Set(refused));
  });
});

describe('cli.md', async () => {
  const text = page('cli.md') + page('install.md');
  const program = await buildProgram(() => true);

  it.each(program.commands.filter((command) => command.name() !== 'help'))(
    'has every flag of $_name',
    (command) => {
      expect(text).toContain(`pawl ${command.name()}`);
      expect(flagsOf(command).filter((flag) => !text.includes(flag))).toEqual([]);
    },
  );
});

function flagsOf({ options, commands }: Command): readonly string[] {
  const own = options.flatMap(({ long, short }) => [long, short].filter((flag) => flag !== undefined));
  return [...own.filter((flag) => flag !== '--help' && flag !== '-h'), ...commands.flatMap(flagsOf)];
}

describe('install.md', async () => {
  const text = page('install.md');
  const program = await buildProgram((verb) => verb === 'worker');
  const worker = program.commands.find((command) => command.name() === 'worker');

  it('has every flag of the worker with its variable', () => {
    const words = (worker?.options ?? []).flatMap(({ long, envVar }) => [long, envVar]);
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((word) => word && !text.includes(word))).toEqual([]);
  });
});

it('the pages of the kinds have every reason that the code gives', () => {
  const text = KINDS.map(({ file }) => page(file)).join('');
  expect(Object.values(Reason).filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
});

it.each([
  ['provider.md', providerType.options],
  ['receiver.md', receiver.shape.spec.shape.type.options],
])('%s has every type', (file, types) => {
  const text = page(file);
  expect(types.filter((type) => !text.includes(`\`${type}\``))).toEqual([]);
});

it('every annotation of ours stands on a page', () => {
  const text = readdirSync(docs)
    .filter((file) => file.endsWith('.md'))
    .map(page)
    .join('');
  const ours = Object.values(Annotation).filter((name) => name.startsWith('pawl.dev/'));
  expect(ours.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
});

it('runs.md has every trigger, outcome and search attribute', () => {
  const text = page('runs.md');
  const words = [Trigger, Outcome, SearchAttribute].flatMap((names) => Object.values(names));
  expect(words.filter((word) => !text.includes(`\`${word}\``))).toEqual([]);
});
