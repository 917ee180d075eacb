import type { ListQuery } from '../../activities/kube/client.ts';
import { NoKindError } from '../../activities/kube/errors.ts';
import { headerFor, rowFor } from './get-columns.ts';
import type { KindInfo } from './kind-info.ts';
import { asReconciled, type Reconciled } from './reconciled.ts';
import type { Session } from './session.ts';
import { watchRows } from './watch.ts';

export interface GetOptions {
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
  readonly labelSelector?: string;
  readonly statusSelector?: string;
  /** False for `--no-header`. */
  readonly header?: boolean;
  readonly output?: 'wide' | 'json' | 'yaml';
  readonly showSource?: boolean;
  readonly name?: string | undefined;
  /** `get all`: names carry their kind, nothing found is no error. */
  readonly isAll?: boolean;
}

/** Shows the objects of some kinds as tables, one after another, or as one document. */
export async function get(session: Session, kinds: readonly KindInfo[], options: GetOptions): Promise<void> {
  const matches = statusFilter(options.statusSelector);
  if (options.watch) return follow(session, kinds, options, matches);
  const isDocument = options.output === 'json' || options.output === 'yaml';
  const found: Reconciled[] = [];
  for (const info of kinds) {
    const objects = await list(session, info, options);
    if (objects.length === 0 && !options.isAll) throw new Error(nothingFound(session, info, options));
    const shown = objects.filter((object) => matches(asObserved(info, object)));
    found.push(...shown);
    if (!isDocument) printTable(session, info, shown, options);
  }
  if (!isDocument) return;
  const { formatObjects } = await import('./manifest.ts');
  session.out.print(formatObjects(found, options.output, options.name !== undefined));
}

type Matches = (object: Reconciled) => boolean;

async function follow(
  session: Session,
  [info, another]: readonly KindInfo[],
  options: GetOptions,
  matches: Matches,
): Promise<void> {
  if (!info || another || options.isAll) throw new Error('expected a single resource type, but found all');
  await watchRows(session, queryFor(session, info, options), {
    header: options.header === false ? [] : headerFor(info, options),
    row: (object) => (matches(asObserved(info, object)) ? rowFor(info, object, options) : undefined),
  });
}

function printTable(
  session: Session,
  info: KindInfo,
  objects: readonly Reconciled[],
  options: GetOptions,
): void {
  if (options.isAll && objects.length === 0) return;
  const header = options.header === false ? [] : headerFor(info, options);
  session.out.table(
    header,
    objects.map((object) => rowFor(info, object, options)),
  );
  if (options.isAll) session.out.print('\n');
}

async function list(session: Session, info: KindInfo, options: GetOptions): Promise<readonly Reconciled[]> {
  const kube = await session.kube();
  try {
    const { items } = await kube.list(queryFor(session, info, options));
    return items.map(asReconciled);
  } catch (error) {
    if (options.isAll && error instanceof NoKindError) return [];
    throw error;
  }
}

function queryFor(session: Session, info: KindInfo, options: GetOptions): ListQuery {
  return {
    apiVersion: info.apiVersion,
    kind: info.kind,
    namespace: options.allNamespaces ? undefined : session.flags.namespace,
    labelSelector: options.labelSelector,
    fieldSelector: options.name && `metadata.name=${options.name}`,
  };
}

function nothingFound(session: Session, info: KindInfo, options: GetOptions): string {
  const where = options.allNamespaces ? 'any' : `"${session.flags.namespace}"`;
  return options.name
    ? `${info.kind} object '${options.name}' not found in ${where} namespace`
    : `no ${info.kind} objects found in ${where} namespace`;
}

const READY = { type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '' } as const;

// What has no status counts as ready.
function asObserved({ hasStatus }: KindInfo, object: Reconciled): Reconciled {
  return hasStatus ? object : { ...object, status: { conditions: [READY] } };
}

/** Reads `ready=false` or `ready!=true`: names and states in any case; an absent condition matches no state. */
export function statusFilter(selector: string | undefined): Matches {
  if (!selector) return () => true;
  const parts = /^(.*?)(!?=)(.*)$/.exec(selector);
  if (!parts) {
    throw new Error(`expected status selector in type=status or type!=status format, but found: ${selector}`);
  }
  const [, type = '', operator, state = ''] = parts;
  return (object) => {
    const condition = object.status?.conditions?.findLast((c) => c.type.toLowerCase() === type.toLowerCase());
    const isEqual = condition?.status.toLowerCase() === state.toLowerCase();
    return operator === '!=' ? !isEqual : isEqual;
  };
}
