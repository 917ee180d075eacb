import { readdir, readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { targetOf } from '../../activities/kube/client.ts';
import type { Condition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { examples, withSession } from './command.ts';
import { confirm } from './delete.ts';
import { poll, type Session } from './session.ts';

const CRDS = new URL('../../deploy/crds/', import.meta.url);
const FIELD_MANAGER = 'pawl';

/** `pawl install` */
export function addInstall(program: Command): void {
  const verb = program
    .command('install')
    .description('Install or update the CRDs, and wait until they serve');
  verb
    .option('--export', 'print them instead')
    .action(
      withSession<{ export?: boolean }>((session, _args, options) =>
        options.export ? exportCrds(session) : install(session),
      ),
    );
  examples(verb, {
    'install --context home': 'into the cluster of a context',
    'install --export > crds.yaml': 'to keep them in Git',
  });
}

/** `pawl uninstall` */
export function addUninstall(program: Command): void {
  const verb = program
    .command('uninstall')
    .description('Delete the CRDs, and with them every source and Kustomization');
  verb
    .option('-s, --silent', 'do not ask')
    .action(
      withSession<{ silent?: boolean }>((session, _args, options) =>
        uninstall(session, options.silent ?? false),
      ),
    );
  examples(verb, {
    uninstall: 'asks first; while a worker runs, what was applied goes as each deletionPolicy says',
  });
}

async function exportCrds(session: Session): Promise<void> {
  for (const { text } of await readCrds()) session.out.print(text.startsWith('---') ? text : `---\n${text}`);
}

async function install(session: Session): Promise<void> {
  const { out } = session;
  const crds = (await readCrds()).map(({ object }) => object);
  const kube = await session.kube();
  out.action('applying CustomResourceDefinitions');
  for (const crd of crds) {
    await kube.apply(crd, { fieldManager: FIELD_MANAGER, force: true });
    out.success(`${crd.metadata.name} applied`);
  }
  out.waiting('waiting for the API server to serve them');
  for (const crd of crds) {
    await poll(session, async () => ((await isEstablished(session, crd)) ? true : undefined));
  }
  out.success('install finished');
}

async function uninstall(session: Session, isSilent: boolean): Promise<void> {
  const question = 'Are you sure you want to delete the CRDs and every object of their kinds? [y/N] ';
  if (!isSilent && !(await confirm(question))) throw new Error('aborting');
  const kube = await session.kube();
  for (const { object } of await readCrds()) {
    session.out.action(`deleting ${object.metadata.name}`);
    const wasThere = await kube.delete(targetOf(object));
    session.out.success(`${object.metadata.name} ${wasThere ? 'deleted' : 'was not there'}`);
  }
}

/** Whether the API server serves a CRD. */
export async function isEstablished(session: Session, crd: KubeObject): Promise<boolean> {
  const kube = await session.kube();
  const found = await kube.get(targetOf(crd));
  const status = found?.['status'] as { readonly conditions?: readonly Condition[] | null } | undefined;
  // Null in the first moments of a new CRD.
  return (status?.conditions ?? []).some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
}

export interface Crd {
  readonly text: string;
  readonly object: KubeObject;
}

/** The CRDs that this version brings. */
export async function readCrds(): Promise<readonly Crd[]> {
  const { parseManifests } = await import('../../api/formats/manifest-yaml.ts');
  const files = (await readdir(CRDS)).filter((file) => file.endsWith('.yaml')).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, CRDS), 'utf8')));
  return texts.flatMap((text, at) =>
    parseManifests(text, { file: files[at] ?? '' }).map((object) => ({ text, object })),
  );
}
