import type { Command } from 'commander';
import type { ListQuery } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Kind } from '../../api/object-ref.ts';
import { ago } from './ago.ts';
import { chartOf } from './chart-of.ts';
import { collect, examples, withSession } from './command.ts';
import type { CommandKind, KindInfo } from './kind-info.ts';
import { KINDS, kindNamed } from './kinds.ts';
import type { Reconciled, SourceRef } from './reconciled.ts';
import { getObject, type Session } from './session.ts';
import { watchObjects } from './watch.ts';

interface EventsOptions {
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
  readonly for?: string;
  readonly types?: readonly string[];
}

interface Event extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly involvedObject: { readonly kind?: string; readonly name?: string };
}

/** `pawl events` */
export function addEvents(program: Command): void {
  const verb = program.command('events').description('Show the events of the objects that are reconciled');
  verb
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('--for <kind/name>', 'of one object and what it reads, or of a kind')
    .option('--types <types>', 'Normal, Warning or both', collect)
    .option('-w, --watch', 'go on showing new ones')
    .action(withSession<EventsOptions>((session, _args, options) => events(session, options)));
  examples(verb, {
    'events --for Kustomization/apps': 'what happened to one Kustomization',
    'events --for HelmRelease/web -n apps': 'of a release, its chart and its source',
    'events --for ImagePolicy/web -n apps': 'of a policy and its repository',
    'events -A --types Warning': 'what went wrong anywhere',
    'events --watch': 'follow',
  });
}

async function events(session: Session, options: EventsOptions): Promise<void> {
  for (const type of options.types ?? []) {
    if (!/^(normal|warning)$/i.test(type)) {
      throw new Error(`type '${type}' not supported. Supported types are Normal, Warning`);
    }
  }
  const queries = await queriesFor(session, options);
  const showNamespace = queries.some(({ namespace }) => namespace !== session.flags.namespace);
  const isShown = (event: Event) => isOurs(event, options.types);
  if (options.watch) return follow(session, queries, showNamespace, isShown);
  const kube = await session.kube();
  const lists = await Promise.all(queries.map((query) => kube.list(query)));
  const shown = lists.flatMap(({ items }) => items as readonly Event[]).filter(isShown);
  if (shown.length === 0) {
    const { namespace } = session.flags;
    session.out.failure(
      options.allNamespaces ? 'No events found.' : `No events found in ${namespace} namespace.`,
    );
    return;
  }
  const rows = shown
    .toSorted((a, b) => lastTime(a) - lastTime(b))
    .map((event) => rowOf(event, showNamespace));
  session.out.table(headerOf(showNamespace), rows);
}

/** The events of the object that `--for` names, and of its source; or all of the namespace. */
async function queriesFor(session: Session, options: EventsOptions): Promise<readonly ListQuery[]> {
  const { namespace } = session.flags;
  const base = { apiVersion: 'v1', kind: 'Event' };
  const own = options.allNamespaces ? undefined : namespace;
  if (!options.for) return [{ ...base, namespace: own }];
  const [word = '', name] = options.for.split('/');
  const info = kindNamed(word);
  if (!info) throw new Error(`'${word}' is not a recognized Flux kind`);
  const queries = [{ ...base, namespace: own, fieldSelector: involved(info.kind, name) }];
  if (!name || !READS_OTHERS.includes(info.kind)) return queries;
  const references = referencesOf(info, await getObject(session, info, name));
  const others = references.map(({ kind, name: other, namespace: place }) => ({
    ...base,
    namespace: place || namespace,
    fieldSelector: involved(kind, other),
  }));
  return [...queries, ...others];
}

const READS_OTHERS: readonly CommandKind[] = [
  Kind.Kustomization,
  Kind.HelmRelease,
  Kind.HelmChart,
  Kind.ImagePolicy,
  'Alert',
];

/** What an object reads: its source or repository, and of a HelmRelease the chart made for it. */
function referencesOf({ kind }: KindInfo, object: Reconciled): readonly SourceRef[] {
  if (kind === Kind.Kustomization) return object.spec.sourceRef ? [object.spec.sourceRef] : [];
  if (kind === Kind.ImagePolicy) {
    const { imageRepositoryRef } = object.spec;
    return imageRepositoryRef ? [{ ...imageRepositoryRef, kind: Kind.ImageRepository }] : [];
  }
  if (kind === 'Alert') {
    const { providerRef } = object.spec;
    return providerRef ? [{ kind: 'Provider', name: providerRef.name }] : [];
  }
  const { source, isReferred } = chartOf(object);
  if (!source) return [];
  if (kind === Kind.HelmChart || isReferred) return [source];
  const { name, namespace = '' } = object.metadata;
  return [source, { ...source, kind: Kind.HelmChart, name: `${namespace}-${name}` }];
}

function involved(kind: string, name: string | undefined): string {
  return name ? `involvedObject.kind=${kind},involvedObject.name=${name}` : `involvedObject.kind=${kind}`;
}

function isOurs(event: Event, types: readonly string[] | undefined): boolean {
  const { kind = '' } = event.involvedObject;
  if (!Object.hasOwn(KINDS, kind)) return false;
  return !types?.length || types.some((type) => type.toLowerCase() === event.type?.toLowerCase());
}

async function follow(
  session: Session,
  queries: readonly ListQuery[],
  showNamespace: boolean,
  isShown: (event: Event) => boolean,
): Promise<void> {
  let isFirst = true;
  const one = async (query: ListQuery) => {
    for await (const { type, object } of watchObjects(session, query)) {
      const event = object as Event;
      if (type === 'DELETED' || !isShown(event)) continue;
      session.out.table(isFirst ? headerOf(showNamespace) : [], [rowOf(event, showNamespace)]);
      isFirst = false;
    }
  };
  await Promise.all(queries.map(one));
}

function headerOf(showNamespace: boolean): string[] {
  return [...(showNamespace ? ['Namespace'] : []), 'Last seen', 'Type', 'Reason', 'Object', 'Message'];
}

function rowOf(event: Event, showNamespace: boolean): string[] {
  const { kind = '', name = '' } = event.involvedObject;
  return [
    ...(showNamespace ? [event.metadata.namespace ?? ''] : []),
    lastSeen(event),
    event.type ?? '',
    event.reason ?? '',
    `${kind}/${name}`,
    event.message ?? '',
  ];
}

/** When it was last seen, and how often since when. */
export function lastSeen(event: Event, now = Date.now()): string {
  const first = ago(event.eventTime ?? event.firstTimestamp, now);
  const { series, count = 0 } = event;
  if (series) return `${ago(series.lastObservedTime, now)} (x${series.count} over ${first})`;
  return count > 1 ? `${ago(event.lastTimestamp, now)} (x${count} over ${first})` : first;
}

function lastTime(event: Event): number {
  const time = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime;
  return time ? Date.parse(time) : 0;
}
