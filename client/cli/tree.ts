import { type Command, Option } from 'commander';
import { type ObjectId, parseObjectId } from '../../api/object-id.ts';
import { examples, withSession } from './command.ts';
import { KINDS, type Reconciled } from './kinds.ts';
import { toYaml } from './manifest.ts';
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
  const verb = program.command('tree').description('Show what a Kustomization applied');
  const ks = verb.command('kustomization [name]').aliases(['ks', 'kustomizations']);
  ks.description('Show the inventory of a Kustomization, and of the Kustomizations in it')
    .option('--compact', 'only objects of the Flux API')
    .addOption(new Option('-o, --output <format>', 'in another form').choices(['json', 'yaml']))
    .action(withSession<TreeOptions>((session, [name], options) => tree(session, name, options)));
  const lines = {
    'tree ks flux-system': 'everything below the root',
    'tree ks flux-system --compact': 'only the Kustomizations and sources',
  };
  for (const command of [verb, ks]) examples(command, lines);
}

async function tree(session: Session, name: string | undefined, options: TreeOptions): Promise<void> {
  if (!name) throw new Error('kustomization name is required');
  const object = await getObject(session, KINDS.Kustomization, name);
  const root = await treeReader(session, options.compact ?? false)(object, new Set());
  if (options.output === 'json') session.out.print(`${JSON.stringify(document(root), null, 2)}\n`);
  else if (options.output === 'yaml') session.out.print(`${toYaml(document(root))}\n`);
  else session.out.print(`${formatTree(root)}\n`);
}

type ReadTree = (
  object: Reconciled,
  /** The Kustomizations that led here, as namespace/name. */
  above: ReadonlySet<string>,
) => Promise<TreeNode>;

/** Reads the trees of inventories: an entry that is a Kustomization of this cluster is followed. */
function treeReader(session: Session, isCompact: boolean): ReadTree {
  const { kind, group } = { kind: KINDS.Kustomization.kind, group: 'kustomize.toolkit.fluxcd.io' };
  const isKustomization = (id: ObjectId) => id.kind === kind && id.group === group;
  const keyOf = (id: ObjectId) => `${id.namespace}/${id.name}`;

  return async function read(object, above) {
    const id: ObjectId = {
      kind,
      group,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
    };
    // A root that applies itself, or two that apply each other, would go on for ever.
    const path = new Set(above).add(keyOf(id));
    const entries = (object.status?.inventory?.entries ?? [])
      .map((entry) => parseObjectId(entry.id))
      .filter((entry) => entry !== undefined)
      .filter((entry) => !isCompact || entry.group.includes('toolkit.fluxcd.io'))
      .filter((entry) => !(isKustomization(entry) && path.has(keyOf(entry))));
    const children: TreeNode[] = [];
    for (const entry of entries) {
      // What went to another cluster is not here to be read.
      const isRead = isKustomization(entry) && !object.spec.kubeConfig;
      const child = isRead && (await getObject(session, KINDS.Kustomization, entry.name, entry.namespace));
      children.push(child ? await read(child, path) : { ...entry, children: [] });
    }
    return { ...id, children };
  };
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
