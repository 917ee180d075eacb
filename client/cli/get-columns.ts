import { Annotation } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import { ago } from './ago.ts';
import { chartOf } from './chart-of.ts';
import type { KindInfo } from './kind-info.ts';
import { readyColumns } from './kinds.ts';
import { type Reconciled, referenceText } from './reconciled.ts';

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
    ...info.columns.map(({ name }) => name),
    'Ready',
    'Message',
    ...(options.output === 'wide' ? [...info.wide.map(({ name }) => name), 'Age', 'Note'] : []),
  ];
}

/** A row of `get`'s table. */
export function rowFor(info: KindInfo, object: Reconciled, options: ColumnOptions): string[] {
  const { name, namespace = '' } = object.metadata;
  return [
    ...(options.allNamespaces ? [namespace] : []),
    options.isAll ? `${info.kind.toLowerCase()}/${name}` : name,
    ...(options.showSource ? [sourceOf(info, object)] : []),
    ...info.columns.map(({ cell }) => cell(object)),
    ...readyColumns(info, object),
    ...(options.output === 'wide' ? wideCells(info, object) : []),
  ];
}

function wideCells(info: KindInfo, object: Reconciled): readonly string[] {
  const age = ago(object.metadata.creationTimestamp);
  return [...info.wide.map(({ cell }) => cell(object)), age, suspendNote(object)];
}

function sourceOf({ kind }: KindInfo, object: Reconciled): string {
  return referenceText(object, kind === Kind.HelmRelease ? chartOf(object).source : object.spec.sourceRef);
}

function suspendNote(object: Reconciled): string {
  if (!object.spec.suspend) return '';
  const annotations = object.metadata.annotations ?? {};
  const reason = annotations[Annotation.suspendReason];
  const by = annotations[Annotation.suspendedBy];
  const until = annotations[Annotation.suspendedUntil];
  return [reason, by && `by ${by}`, until && `until ${until}`].filter(Boolean).join(', ');
}
