import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { Reconciled } from './reconciled.ts';

/** A column of `get`'s tables. */
export interface Column {
  readonly name: string;
  readonly cell: (object: Reconciled) => string;
}

/** A kind that commands know; not every one has runs. */
export type CommandKind = Kind | 'Provider' | 'Alert';

/** How the commands speak of a kind: `flux`'s words. */
export interface KindInfo {
  readonly kind: CommandKind;
  readonly apiVersion: string;
  readonly plural: string;
  /** In sentences: "suspending source git podinfo". */
  readonly human: string;
  /** The word between a verb and the command, where there is one. */
  readonly family: 'source' | 'image' | undefined;
  /** Its name after a verb, or after the family. */
  readonly command: string;
  /** Short for the name. */
  readonly aliases: readonly string[];
  /** What tables show between the name and READY. */
  readonly columns: readonly Column[];
  /** What they show behind the message with `-o wide`. */
  readonly wide: readonly Column[];
  /** Whether tables cut hashes in the message. */
  readonly cutsMessage: boolean;
  /** The sentence after a reconcile that succeeded. */
  success(object: Reconciled): string;
  /** Whether objects of the kind have a status at all. */
  readonly hasStatus: boolean;
  /** Whether nobody reconciles the object: it is only read by others, and has no status. */
  isStatic(object: Reconciled): boolean;
}

/** The object as runs know it; undefined for a kind that has none. */
export function refTo(info: KindInfo, namespace: string, name: string): ObjectRef | undefined {
  const kind = Object.values(Kind).find((known) => known === info.kind);
  return kind && { kind, namespace, name };
}

export const never = () => false;

export const SUSPENDED: Column = {
  name: 'Suspended',
  cell: ({ spec }) => (spec.suspend ? 'True' : 'False'),
};
