import { type Condition, findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { Reconciled } from './kinds.ts';

type Line = readonly [label: string, value: string | undefined];

const ORIGIN_SOURCE = 'org.opencontainers.image.source';
const ORIGIN_REVISION = 'org.opencontainers.image.revision';

/** The blocks of `flux trace`: the object, its Kustomization, the source; lines without a value are left out. */
export function formatTrace(
  object: KubeObject,
  kustomization: Reconciled,
  source: Reconciled | undefined,
): string {
  const { name, namespace } = object.metadata;
  const blocks: (readonly Line[])[] = [
    [
      ['Object', `${object.kind}/${name}`],
      ['Namespace', namespace],
      ['Status', 'Managed by Flux'],
    ],
    kustomizationLines(kustomization),
    ...(source ? [sourceLines(source)] : []),
  ];
  return `\n${blocks.map(formatBlock).join('---\n')}`;
}

function kustomizationLines({ metadata, spec, status }: Reconciled): readonly Line[] {
  const ready = findCondition(status?.conditions, 'Ready');
  return [
    ['Kustomization', metadata.name],
    ['Namespace', metadata.namespace],
    ['Target', spec.targetNamespace || undefined],
    ['Path', spec.path ?? ''],
    ['Revision', status?.lastAppliedRevision ?? ''],
    ['Status', ready ? `Last reconciled at ${goTime(ready.lastTransitionTime)}` : 'Unknown'],
    ['Message', ready?.message],
  ];
}

function sourceLines({ kind, metadata, spec, status }: Reconciled): readonly Line[] {
  const origin = kind === 'GitRepository' ? undefined : status?.artifact?.metadata;
  const ready = findCondition(status?.conditions, 'Ready');
  return [
    [kind, metadata.name],
    ['Namespace', metadata.namespace],
    ['URL', spec.url],
    refLine(spec.ref),
    ['Revision', status?.artifact?.revision],
    ['Origin Revision', origin?.[ORIGIN_REVISION]],
    ['Origin Source', origin?.[ORIGIN_SOURCE]],
    ['Status', sourceStatus(ready)],
    ['Message', ready?.message],
  ];
}

function refLine(ref: (Reconciled['spec']['ref'] & { readonly digest?: string }) | undefined): Line {
  const tag = ref?.tag || ref?.semver;
  if (tag) return ['Tag', tag];
  return ref?.branch ? ['Branch', ref.branch] : ['Digest', ref?.digest];
}

function sourceStatus(ready: Condition | undefined): string {
  if (!ready) return 'Unknown';
  const what = ready.status === 'False' ? 'Last reconciliation failed at' : 'Last reconciled at';
  return `${what} ${goTime(ready.lastTransitionTime)}`;
}

function formatBlock(lines: readonly Line[]): string {
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${`${label}:`.padEnd(17)}${value}\n`)
    .join('');
}

/** A time as Go prints it, in UTC. */
function goTime(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
