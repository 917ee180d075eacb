import { findCondition } from '../../api/conditions.ts';
import { chartOf } from './chart-of.ts';
import { KINDS } from './kinds.ts';
import type { Reconciled } from './reconciled.ts';
import { getObject, type Session } from './session.ts';
import { sourceByReference } from './source-by-reference.ts';
import { type Block, sourceBlock, statusLines } from './trace-report.ts';

/** Of the blocks of a HelmRelease; those of its sources have their own. */
export const HELM_WIDTH = 16;
const GIT_WIDTH = 15;

/** A HelmRelease, the HelmChart made for it and the source of that: what `flux trace` shows of what a chart installed. */
export async function helmBlocks(session: Session, release: Reconciled): Promise<readonly Block[]> {
  const [chart, source] = await Promise.all([chartMadeFor(session, release), sourceFor(session, release)]);
  return [releaseBlock(release), ...(chart ? [chartBlock(chart)] : []), ...(source ? [block(source)] : [])];
}

async function chartMadeFor(session: Session, { status }: Reconciled): Promise<Reconciled | undefined> {
  const { helmChart = '' } = (status ?? {}) as { readonly helmChart?: string };
  const [namespace, name] = helmChart.split('/');
  if (!namespace || !name) return undefined;
  return getObject(session, KINDS.HelmChart, name, namespace).catch((error: unknown) => {
    throw new Error(`failed to find HelmChart: ${error instanceof Error ? error.message : String(error)}`);
  });
}

async function sourceFor(session: Session, release: Reconciled): Promise<Reconciled | undefined> {
  const { source } = chartOf(release);
  // A HelmChart that the release refers to is no source of it; `flux` says nothing more either.
  if (!source || source.kind === KINDS.HelmChart.kind) return undefined;
  return sourceByReference(session, source, release.metadata.namespace);
}

function releaseBlock({ metadata, spec, status }: Reconciled): Block {
  return {
    width: HELM_WIDTH,
    lines: [
      ['HelmRelease', metadata.name],
      ['Namespace', metadata.namespace],
      ['Target', spec.targetNamespace || undefined],
      ['Revision', status?.lastAttemptedRevision ?? ''],
      ...statusLines(findCondition(status?.conditions, 'Ready')),
    ],
  };
}

function chartBlock(chart: Reconciled): Block {
  const { metadata, status } = chart;
  const { name = '', version = '' } = chartOf(chart);
  return {
    width: HELM_WIDTH,
    lines: [
      ['HelmChart', metadata.name],
      ['Namespace', metadata.namespace],
      ['Chart', name],
      ['Version', version],
      ['Revision', status?.artifact?.revision],
      ...statusLines(findCondition(status?.conditions, 'Ready')),
    ],
  };
}

function block(source: Reconciled): Block {
  if (source.kind === KINDS.GitRepository.kind) return sourceBlock(source, GIT_WIDTH);
  if (source.kind !== KINDS.HelmRepository.kind) return sourceBlock(source);
  const { metadata, spec, status } = source;
  return {
    width: HELM_WIDTH,
    lines: [
      ['HelmRepository', metadata.name],
      ['Namespace', metadata.namespace],
      ['URL', spec.url],
      ['Revision', status?.artifact?.revision],
      ...statusLines(findCondition(status?.conditions, 'Ready')),
    ],
  };
}
