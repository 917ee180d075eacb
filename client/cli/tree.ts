import { type Command, Option } from 'commander';
import { parseApiVersion } from '../../api/kube-object.ts';
import { type ObjectId, parseObjectId } from '../../api/object-id.ts';
import { type Examples, examples, withSession } from './command.ts';
import { asHelmRelease } from './helm-release.ts';
import type { KindInfo } from './kind-info.ts';
import { KINDS } from './kinds.ts';
import { toYaml } from './manifest.ts';
import type { Reconciled } from './reconciled.ts';
import { getObject, type Session } from './session.ts';

/** An object and what it applied. */
export interface TreeNode extends ObjectId {
  readonly children: readonly TreeNode[];
}

interface TreeOptions {
  readonly compact?: boolean;
  readonly output?: 'json' | 'yaml';
}

/** `pawl tree …` */
export function addTree(program: Command): void {
  const verb = program.command('tree').description('Show what a Kustomization or a HelmRelease applied');
  const ks = {
    'tree ks flux-system': 'everything below the root',
    'tree ks flux-system --compact': 'only the Kustomizations, HelmReleases and sources',
  };
  const hr = { 'tree hr web -n apps': 'what the newest release of a chart consists of' };
  addKind(verb, KINDS.Kustomization, 'with what Kustomizations and HelmReleases in it applied', ks);
  addKind(verb, KINDS.HelmRelease, 'of its newest release', hr);
  examples(verb, { ...ks, ...hr });
}

function addKind(verb: Command, info: KindInfo, what: string, lines: Examples): void {
  const command = verb.command(`${info.command} [name]`).aliases([...info.aliases]);
  command
    .description(`Show the objects of a ${info.kind}, ${what}`)
    .option('--compact', 'only objects of the Flux API')
    .addOption(new Option('-o, --output <format>', 'in another form').choices(['json', 'yaml']))
    .action(withSession<TreeOptions>((session, [name], options) => tree(session, info, name, options)));
  examples(command, lines);
}

async function tree(
  session: Session,
  info: KindInfo,
  name: string | undefined,
  options: TreeOptions,
): Promise<void> {
  if (!name) throw new Error(`${info.human} name is required`);
  const object = await getObject(session, info, name);
  const isShown = ({ group }: ObjectId) => !options.compact || group.includes('toolkit.fluxcd.io');
  const root = await reader(session, isShown)(info, object, new Set());
  if (options.output === 'json') session.out.print(`${JSON.stringify(document(root), null, 2)}\n`);
  else if (options.output === 'yaml') session.out.print(`${toYaml(document(root))}\n`);
  else session.out.print(`${formatTree(root)}\n`);
}

type ReadTree = (
  info: KindInfo,
  object: Reconciled,
  /** The Kustomizations that led here, as namespace/name. */
  above: ReadonlySet<string>,
) => Promise<TreeNode>;

const isOf = (info: KindInfo) => (id: ObjectId) =>
  id.kind === info.kind && id.group === parseApiVersion(info.apiVersion).group;
const isKustomization = isOf(KINDS.Kustomization);
const isHelmRelease = isOf(KINDS.HelmRelease);
const keyOf = (id: ObjectId) => `${id.namespace}/${id.name}`;

/** Reads the trees of inventories: an entry of this cluster that applies objects itself is followed. */
function reader(session: Session, isShown: (id: ObjectId) => boolean): ReadTree {
  async function childrenOf(id: ObjectId, parent: Reconciled, path: ReadonlySet<string>) {
    // What went to another cluster is not here to be read; of a release, its own record knows.
    if (isKustomization(id) && !parent.spec.kubeConfig) return follow(KINDS.Kustomization, id, path);
    return isHelmRelease(id) ? follow(KINDS.HelmRelease, id, path) : { ...id, children: [] };
  }

  async function follow(info: KindInfo, id: ObjectId, path: ReadonlySet<string>): Promise<TreeNode> {
    return read(info, await getObject(session, info, id.name, id.namespace), path);
  }

  async function read(info: KindInfo, object: Reconciled, above: ReadonlySet<string>): Promise<TreeNode> {
    const { name, namespace = '' } = object.metadata;
    const id: ObjectId = { kind: info.kind, group: parseApiVersion(info.apiVersion).group, namespace, name };
    if (info === KINDS.HelmRelease) {
      const { releasedObjects } = await import('./released-objects.ts');
      const released = await releasedObjects(session, asHelmRelease(object));
      return { ...id, children: released.filter(isShown).map((each) => ({ ...each, children: [] })) };
    }
    // A root that applies itself, or two that apply each other, would go on for ever.
    const path = new Set(above).add(keyOf(id));
    const entries = (object.status?.inventory?.entries ?? [])
      .map((entry) => parseObjectId(entry.id))
      .filter((entry) => entry !== undefined)
      .filter(isShown)
      .filter((entry) => !(isKustomization(entry) && path.has(keyOf(entry))));
    const children: TreeNode[] = [];
    for (const entry of entries) children.push(await childrenOf(entry, object, path));
    return { ...id, children };
  }

  return read;
}

/** The tree drawn with lines, a line for each object. */
export function formatTree(root: TreeNode): string {
  return `${label(root)}\n${root.children.map((child, at) => draw(child, '', at === root.children.length - 1)).join('')}`;
}

function draw(node: TreeNode, indent: string, isLast: boolean): string {
  const deeper = indent + (isLast ? '    ' : '│   ');
  const below = node.children.map((child, at) => draw(child, deeper, at === node.children.length - 1));
  return `${indent}${isLast ? '└── ' : '├── '}${label(node)}\n${below.join('')}`;
}

function label({ kind, namespace, name }: TreeNode): string {
  return namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
}

// The field names of `flux tree -o json`, for the scripts that read them.
function document(node: TreeNode): object {
  const { kind, group, namespace, name, children } = node;
  const resource = { Namespace: namespace, Name: name, GroupKind: { Group: group, Kind: kind } };
  return { resource, ...(children.length > 0 && { resources: children.map(document) }) };
}
