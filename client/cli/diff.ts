import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { objectsOf, withNamespaces } from '../../activities/helm/manifest.ts';
import type { Release } from '../../activities/helm/storage/release.ts';
import type { ComposedValues } from '../../activities/helm/values/compose.ts';
import { parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { examples, withSession } from './command.ts';
import { chartToRelease } from './diff-chart.ts';
import { diffObjects, type ObjectChange } from './diff-objects.ts';
import { renderRelease } from './diff-render.ts';
import { ExitError } from './exit-error.ts';
import { formerSecrets } from './former-secrets.ts';
import { asHelmRelease, storedRelease } from './helm-release.ts';
import { KINDS } from './kinds.ts';
import { releaseValues } from './release-values.ts';
import { getObject, type Session } from './session.ts';

interface DiffOptions {
  readonly chart?: string;
}

const DIFFERS = 1;
const FAILED = 2;

/** `pawl diff …` */
export function addDiff(program: Command): void {
  const verb = program.command('diff').description('Show what an upgrade would change');
  const hr = verb.command('helmrelease [name]').aliases([...KINDS.HelmRelease.aliases]);
  hr.description('Compare the newest release of a HelmRelease with its chart and values as they are now')
    .option('--chart <path>', 'with a chart on this machine instead: a directory or an archive')
    .addHelpText('after', '\nExit code: 0 nothing would change, 1 something would, 2 it could not be told.')
    .action(withSession<DiffOptions>((session, [name], options) => diff(session, name, options)));
  const lines = {
    'diff hr web -n apps': 'before a suspended release is resumed',
    'diff hr web -n apps --chart ./charts/web': 'with the chart that is being worked on',
  };
  for (const command of [verb, hr]) examples(command, lines);
}

async function diff(session: Session, name: string | undefined, options: DiffOptions): Promise<void> {
  const changes = await changesOf(session, name, options).catch((error: unknown) => {
    throw new ExitError(error instanceof Error ? error.message : String(error), FAILED, error);
  });
  for (const change of changes) session.out.print(formatChange(change));
  if (changes.length === 0) return session.out.success('an upgrade would change nothing');
  const objects = changes.length === 1 ? 'object' : 'objects';
  session.out.warning(`an upgrade would change ${changes.length} ${objects}`);
  process.exitCode = DIFFERS;
}

async function changesOf(
  session: Session,
  name: string | undefined,
  { chart: path }: DiffOptions,
): Promise<readonly ObjectChange[]> {
  if (!name) throw new Error('helmrelease name is required');
  const object = await getObject(session, KINDS.HelmRelease, name);
  const release = asHelmRelease(object);
  if (release.spec.kubeConfig) throw new Error('diff is not supported for releases in other clusters');
  const folder = await mkdtemp(join(tmpdir(), 'pawl-diff-'));
  try {
    const [stored, values, chart] = await Promise.all([
      storedRelease(session, release),
      releaseValues(session, release),
      chartToRelease(session, object, { path, folder }),
    ]);
    const was = stored ? `${stored.snapshot.name}.v${stored.snapshot.version}` : 'nothing';
    session.out.action(`comparing ${was} with ${chart.label}`);
    const input = { release, chart: chart.path, values, stored: stored?.release, folder };
    const rendered = await renderRelease(session, input);
    const before = stored ? objectsOf(stored.release.manifest, was) : [];
    const namespace = stored?.snapshot.namespace ?? release.spec.targetNamespace ?? object.metadata.namespace;
    const [from, to] = await Promise.all(
      [before, rendered].map((objects) => placed(session, objects, namespace ?? '')),
    );
    return diffObjects(from ?? [], to ?? [], secretsOf(values, stored?.release));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Also those that the new ones have replaced. */
function secretsOf(values: ComposedValues, stored: Release | undefined): readonly string[] {
  const [now] = parseYamlDocuments(values.json, { file: 'the values', lastKeyWins: true });
  return [...values.secrets, ...formerSecrets(stored?.config, now?.value, new Set(values.secrets))];
}

async function placed(
  session: Session,
  objects: readonly KubeObject[],
  namespace: string,
): Promise<readonly KubeObject[]> {
  const found = await withNamespaces(await session.kube(), objects, namespace);
  return found.map(({ object }) => object);
}

const COLORS = { '+': 'green', '-': 'red' } as const;

function formatChange({ name, change, hunks }: ObjectChange): string {
  const colored = (line: string) => {
    const color = COLORS[line[0] as '+' | '-'];
    return color ? styleText(color, line, { stream: process.stdout }) : line;
  };
  const text = hunks.flatMap(({ before, after, lines }) => [
    `@@ -${before} +${after} @@`,
    ...lines.map(colored),
  ]);
  return [`► ${name} ${change}`, ...text].map((line) => `${line}\n`).join('');
}
