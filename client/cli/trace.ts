import type { Command } from 'commander';
import type { KubeObject } from '../../api/kube-object.ts';
import { Label } from '../../api/names.ts';
import { examples, withSession } from './command.ts';
import { asReconciled, KINDS, type Reconciled } from './kinds.ts';
import { findNamed, type NamedObject } from './resource-names.ts';
import { getObject, type Session } from './session.ts';
import { formatTrace } from './trace-report.ts';

interface TraceOptions {
  readonly kind?: string;
  readonly apiVersion?: string;
}

/** `pawl trace …` */
export function addTrace(program: Command): void {
  const verb = program.command('trace [objects...]');
  verb
    .description('Show which Kustomization, source and revision an object came from')
    .option('--kind <kind>', 'kind of the object, with --api-version')
    .option('--api-version <group/version>', 'its API version, e.g. apps/v1')
    .action(withSession<TraceOptions>(trace));
  examples(verb, {
    'trace deployment/web -n apps': 'a Deployment',
    'trace pod/web-0 cm/web -n apps': 'several objects',
    'trace web --kind=Deployment --api-version=apps/v1 -n apps': 'named in full',
  });
}

async function trace(session: Session, words: readonly string[], options: TraceOptions): Promise<void> {
  const objects = await findObjects(session, words, options);
  for (const [at, object] of objects.entries()) {
    const { name, namespace = '' } = object.metadata;
    try {
      session.out.print(await report(session, object));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      process.stderr.write(`failed to trace ${object.kind}/${name} in namespace ${namespace}: ${why}`);
    }
    if (at < objects.length - 1) session.out.print('---\n');
  }
}

async function findObjects(
  session: Session,
  words: readonly string[],
  { kind, apiVersion }: TraceOptions,
): Promise<readonly KubeObject[]> {
  if (!kind && !apiVersion) return Promise.all(readWords(words).map((named) => findNamed(session, named)));
  const [name] = words;
  if (!name) throw new Error('object name is required');
  if (!kind) throw new Error('object kind is required (--kind)');
  if (!apiVersion) throw new Error('object apiVersion is required (--api-version)');
  const kube = await session.kube();
  const object = await kube.get({ apiVersion, kind, namespace: session.flags.namespace, name });
  if (!object) throw new Error(`failed to find object: ${kind} "${name}" not found`);
  return [object];
}

/** `kind/name kind/name …`, or one kind and then names. */
export function readWords(words: readonly string[]): readonly NamedObject[] {
  const [first = '', ...names] = words;
  const pairs = first.includes('/') ? words : names.map((name) => `${first}/${name}`);
  const named = pairs.map((pair) => {
    const [resource = '', name = '', ...more] = pair.split('/');
    return { resource, name, isOdd: more.length > 0 || resource === '' || name === '' };
  });
  if (named.length === 0 || named.some(({ isOdd }) => isOdd)) {
    throw new Error('either `<resource>/<name>` or `<resource> <name>` is required as an argument');
  }
  return named;
}

async function report(session: Session, object: KubeObject): Promise<string> {
  const owner = await ownerOf(session, object);
  if (!owner) throw new Error('object not managed by Flux');
  const kustomization = await getObject(session, KINDS.Kustomization, owner.name, owner.namespace).catch(
    (error: unknown) => {
      throw new Error(
        `failed to find kustomization: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  );
  return formatTrace(object, kustomization, await sourceOf(session, kustomization));
}

/** The Kustomization that the object, or whoever made the object, was applied by. */
async function ownerOf(
  session: Session,
  object: KubeObject,
): Promise<{ readonly name: string; readonly namespace: string } | undefined> {
  const name = object.metadata.labels?.[Label.ownerName];
  if (name) return { name, namespace: object.metadata.labels?.[Label.ownerNamespace] ?? '' };
  const kube = await session.kube();
  const { namespace } = object.metadata;
  for (const { apiVersion, kind, name: ownerName } of object.metadata.ownerReferences ?? []) {
    const parent = await kube.get({ apiVersion, kind, namespace, name: ownerName });
    const owner = parent && (await ownerOf(session, parent));
    if (owner) return owner;
  }
  return undefined;
}

async function sourceOf(session: Session, kustomization: Reconciled): Promise<Reconciled | undefined> {
  const { sourceRef } = kustomization.spec;
  if (!sourceRef) return undefined;
  const kube = await session.kube();
  const { kind, name } = sourceRef;
  const { apiVersion } = await kube.discovery.preferred('source.toolkit.fluxcd.io', kind);
  const namespace = sourceRef.namespace || kustomization.metadata.namespace;
  const source = await kube.get({ apiVersion, kind, namespace, name });
  if (!source) throw new Error(`failed to find ${kind}: "${name}" not found`);
  return asReconciled(source);
}
