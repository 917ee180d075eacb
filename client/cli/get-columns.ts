import { Annotation } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import { ago } from './ago.ts';
import { chartOf } from './chart-of.ts';
import { type KindInfo, type Reconciled, readyColumns } from './kinds.ts';
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
    ...(options.output === 'wide' ? [...WIDE[info.kind].header, 'Age', 'Note'] : []),
  ];
}

/** A row of `get`'s table. */
export function rowFor(info: KindInfo, object: Reconciled, options: ColumnOptions): string[] {
  const { name, namespace = '' } = object.metadata;
  const revision = info.revision(object);
  return [
    ...(options.allNamespaces ? [namespace] : []),
    options.isAll ? `${info.kind.toLowerCase()}/${name}` : name,
    ...(options.showSource ? [sourceOf(info, object)] : []),
    info.cuts.revision ? truncateHex(revision) : revision,
    object.spec.suspend ? 'True' : 'False',
    ...readyColumns(info, object),
    ...(options.output === 'wide' ? wideCells(info, object) : []),
  ];
}

interface Wide {
  readonly header: readonly string[];
  readonly cells: (object: Reconciled) => readonly string[];
}

const WIDE: Readonly<Record<Kind, Wide>> = {
  [Kind.GitRepository]: {
    header: ['URL', 'Ref'],
    cells: (object) => [object.spec.url ?? '', gitRef(object)],
  },
  [Kind.HelmRepository]: {
    header: ['URL', 'Type'],
    cells: ({ spec }) => [spec.url ?? '', spec.type ?? 'default'],
  },
  [Kind.HelmChart]: { header: ['Source', 'Chart', 'Version'], cells: chartCells },
  [Kind.Kustomization]: {
    header: ['Source', 'Path'],
    cells: (object) => [reference(object, object.spec.sourceRef), object.spec.path ?? ''],
  },
  [Kind.HelmRelease]: { header: ['Source', 'Chart', 'Version'], cells: chartCells },
};

function wideCells(info: KindInfo, object: Reconciled): readonly string[] {
  return [...WIDE[info.kind].cells(object), ago(object.metadata.creationTimestamp), suspendNote(object)];
}

function chartCells(object: Reconciled): readonly string[] {
  const { source, name = '', version = '' } = chartOf(object);
  return [reference(object, source), name, version];
}

// The first that is set is the one that counts.
function gitRef({ spec: { ref } }: Reconciled): string {
  return [ref?.commit, ref?.name, ref?.semver, ref?.tag, ref?.branch].find(Boolean) ?? '';
}

function sourceOf({ kind }: KindInfo, object: Reconciled): string {
  return reference(object, kind === Kind.HelmRelease ? chartOf(object).source : object.spec.sourceRef);
}

function reference(object: Reconciled, to: Reconciled['spec']['sourceRef']): string {
  const { kind, namespace, name } = to ?? { kind: '', name: '' };
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
