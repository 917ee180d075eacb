import type { Command } from 'commander';
import type { KubeObject } from '../../api/kube-object.ts';
import { Label } from '../../api/names.ts';
import { examples, withSession } from './command.ts';
import type { KindInfo } from './kind-info.ts';
import { KINDS } from './kinds.ts';
import type { Reconciled } from './reconciled.ts';
import { findNamed, type NamedObject } from './resource-names.ts';
import { getObject, type Session } from './session.ts';
import { sourceByReference } from './source-by-reference.ts';
import { type Block, formatBlocks, kustomizationBlock, objectBlock, sourceBlock } from './trace-report.ts';

interface TraceOptions {
  readonly kind?: string;
  readonly apiVersion?: string;
}

/** `pawl trace …` */
export function addTrace(program: Command): void {
  const verb = program.command('trace [objects...]');
  verb
    .description('Show which Kustomization or HelmRelease, source and revision an object came from')
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
  const applied = await ownerOf(session, object, Label.ownerName, Label.ownerNamespace);
  if (applied) return formatBlocks(await kustomizeBlocks(session, object, applied));
  const released = await ownerOf(session, object, Label.releaseName, Label.releaseNamespace);
  if (!released) throw new Error('object not managed by Flux');
  const release = await findOwner(session, KINDS.HelmRelease, 'HelmRelease', released);
  const { helmBlocks, HELM_WIDTH } = await import('./trace-helm.ts');
  return formatBlocks([objectBlock(object, HELM_WIDTH), ...(await helmBlocks(session, release))]);
}

async function kustomizeBlocks(
  session: Session,
  object: KubeObject,
  owner: Owner,
): Promise<readonly Block[]> {
  const kustomization = await findOwner(session, KINDS.Kustomization, 'kustomization', owner);
  const { spec, metadata } = kustomization;
  const source = spec.sourceRef && (await sourceByReference(session, spec.sourceRef, metadata.namespace));
  return [objectBlock(object), kustomizationBlock(kustomization), ...(source ? [sourceBlock(source)] : [])];
}

interface Owner {
  readonly name: string;
  readonly namespace: string;
}

async function findOwner(session: Session, info: KindInfo, word: string, owner: Owner): Promise<Reconciled> {
  return getObject(session, info, owner.name, owner.namespace).catch((error: unknown) => {
    throw new Error(`failed to find ${word}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** Whose labels the object has, or whoever made the object. */
async function ownerOf(
  session: Session,
  object: KubeObject,
  nameLabel: string,
  namespaceLabel: string,
): Promise<Owner | undefined> {
  const name = object.metadata.labels?.[nameLabel];
  if (name) return { name, namespace: object.metadata.labels?.[namespaceLabel] ?? '' };
  const kube = await session.kube();
  const { namespace } = object.metadata;
  for (const { apiVersion, kind, name: ownerName } of object.metadata.ownerReferences ?? []) {
    const parent = await kube.get({ apiVersion, kind, namespace, name: ownerName });
    const owner = parent && (await ownerOf(session, parent, nameLabel, namespaceLabel));
    if (owner) return owner;
  }
  return undefined;
}
