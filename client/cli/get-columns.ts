import { Annotation } from '../../api/names.ts';
import { ago } from './ago.ts';
import { KINDS, type KindInfo, type Reconciled, readyColumns } from './kinds.ts';
import { truncateHex } from './table.ts';

export interface ColumnOptions {
  readonly allNamespaces?: boolean;
  readonly showSource?: boolean;
  readonly isAll?: boolean;
  readonly output?: string;
}

/** The header of `get`'s table. */
export function headerFor(info: KindInfo, options: ColumnOptions): string[] {
  return [
    ...(options.allNamespaces ? ['Namespace'] : []),
    'Name',
    ...(options.showSource ? ['Source'] : []),
    'Revision',
    'Suspended',
    'Ready',
    'Message',
    ...(options.output === 'wide' ? wideHeader(info) : []),
  ];
}

/** A row of `get`'s table. */
export function rowFor(info: KindInfo, object: Reconciled, options: ColumnOptions): string[] {
  const { name, namespace = '' } = object.metadata;
  return [
    ...(options.allNamespaces ? [namespace] : []),
    options.isAll ? `${info.kind.toLowerCase()}/${name}` : name,
    ...(options.showSource ? [source(object)] : []),
    truncateHex(info.revision(object)),
    object.spec.suspend ? 'True' : 'False',
    ...readyColumns(object),
    ...(options.output === 'wide' ? wideCells(info, object) : []),
  ];
}

function wideHeader(info: KindInfo): string[] {
  return [...(info === KINDS.Kustomization ? ['Source', 'Path'] : ['URL', 'Ref']), 'Age', 'Note'];
}

function wideCells(info: KindInfo, object: Reconciled): string[] {
  const { spec, metadata } = object;
  const own =
    info === KINDS.Kustomization ? [source(object), spec.path ?? ''] : [spec.url ?? '', gitRef(object)];
  return [...own, ago(metadata.creationTimestamp), suspendNote(object)];
}

// The first that is set is the one that counts.
function gitRef({ spec: { ref } }: Reconciled): string {
  return [ref?.commit, ref?.name, ref?.semver, ref?.tag, ref?.branch].find(Boolean) ?? '';
}

function source(object: Reconciled): string {
  const { kind, namespace, name } = object.spec.sourceRef ?? { kind: '', name: '' };
  return `${kind}/${namespace || object.metadata.namespace || ''}/${name}`;
}

function suspendNote(object: Reconciled): string {
  if (!object.spec.suspend) return '';
  const annotations = object.metadata.annotations ?? {};
  const reason = annotations[Annotation.suspendReason];
  const by = annotations[Annotation.suspendedBy];
  const until = annotations[Annotation.suspendedUntil];
  return [reason, by && `by ${by}`, until && `until ${until}`].filter(Boolean).join(', ');
}
