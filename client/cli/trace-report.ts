import { type Condition, findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { Reconciled } from './reconciled.ts';

export type Line = readonly [label: string, value: string | undefined];

/** A part of the report; values begin at column `width`, which `flux` has different for each owner and source. */
export interface Block {
  readonly width: number;
  readonly lines: readonly Line[];
}

/** Of a Kustomization's blocks. */
const WIDTH = 17;
const ORIGIN_SOURCE = 'org.opencontainers.image.source';
const ORIGIN_REVISION = 'org.opencontainers.image.revision';

/** The blocks of `flux trace`, one below the other; lines without a value are left out. */
export function formatBlocks(blocks: readonly Block[]): string {
  return `\n${blocks.map(formatBlock).join('---\n')}`;
}

/** The object that is traced. */
export function objectBlock({ kind, metadata }: KubeObject, width = WIDTH): Block {
  const lines: readonly Line[] = [
    ['Object', `${kind}/${metadata.name}`],
    ['Namespace', metadata.namespace],
    ['Status', 'Managed by Flux'],
  ];
  return { width, lines };
}

/** The Kustomization that applied it. */
export function kustomizationBlock({ metadata, spec, status }: Reconciled): Block {
  const lines: readonly Line[] = [
    ['Kustomization', metadata.name],
    ['Namespace', metadata.namespace],
    ['Target', spec.targetNamespace || undefined],
    ['Path', spec.path ?? ''],
    ['Revision', status?.lastAppliedRevision ?? ''],
    ...statusLines(findCondition(status?.conditions, 'Ready')),
  ];
  return { width: WIDTH, lines };
}

/** A source with a reference; where its artifact says what it was made of, that too. */
export function sourceBlock({ kind, metadata, spec, status }: Reconciled, width = WIDTH): Block {
  const origin = kind === 'GitRepository' ? undefined : status?.artifact?.metadata;
  const ready = findCondition(status?.conditions, 'Ready');
  const lines: readonly Line[] = [
    [kind, metadata.name],
    ['Namespace', metadata.namespace],
    ['URL', spec.url],
    refLine(spec.ref),
    ['Revision', status?.artifact?.revision],
    ['Origin Revision', origin?.[ORIGIN_REVISION]],
    ['Origin Source', origin?.[ORIGIN_SOURCE]],
    ...statusLines(ready, ready?.status === 'False' ? 'Last reconciliation failed at' : undefined),
  ];
  return { width, lines };
}

/** When the object was last reconciled, and what it says of itself. */
export function statusLines(ready: Condition | undefined, words = 'Last reconciled at'): readonly Line[] {
  if (!ready) return [['Status', 'Unknown']];
  return [
    ['Status', `${words} ${goTime(ready.lastTransitionTime)}`],
    ['Message', ready.message],
  ];
}

function refLine(ref: (Reconciled['spec']['ref'] & { readonly digest?: string }) | undefined): Line {
  const tag = ref?.tag || ref?.semver;
  if (tag) return ['Tag', tag];
  return ref?.branch ? ['Branch', ref.branch] : ['Digest', ref?.digest];
}

function formatBlock({ width, lines }: Block): string {
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${`${label}:`.padEnd(width)}${value}\n`)
    .join('');
}

/** A time as Go prints it, in UTC. */
function goTime(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
