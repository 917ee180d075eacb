import { setTimeout as sleep } from 'node:timers/promises';
import { type Alert, alert as alertSchema } from '../../api/alert.ts';
import { parseDuration } from '../../api/duration.ts';
import { Kind } from '../../api/object-ref.ts';
import { type Provider, provider as providerSchema } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import { createProblemTeller, type OnProblem } from './alert-problems.ts';
import { commitOfRevision, revisionOf } from './commit-status/commit-of.ts';
import { type CompiledAlert, compileAlert } from './compile-alert.ts';
import { enrich } from './enrich.ts';
import type { FluxEvent } from './event.ts';
import { createFollowed, type FollowedOptions } from './followed.ts';
import type { AlertRef, Labels, Route } from './notice.ts';
import { endsFailures, isAdvice, matchesSources, setsCommitStatus, typeTakes } from './wants.ts';

/** All Alerts and Providers of the cluster, in memory. */
export interface AlertBook {
  /** Waits for the first list, for some seconds after the start at most: whether there is one. */
  isReady(): Promise<boolean>;
  /** Who wants an event. */
  wanting(event: FluxEvent, labels: Labels): readonly Route[];
  /** Whether any Alert looks at labels. */
  needsLabels(): boolean;
  /** An Alert with its Provider; undefined where one of them is missing, or they are not followed at the moment. */
  recipients(ref: AlertRef): Recipients | undefined;
}

/** Who is told, and how. */
export interface Recipients {
  readonly alert: Alert;
  readonly provider: Provider;
}

export interface AlertBookOptions extends FollowedOptions {
  readonly noCrossNamespaceRefs: boolean;
  readonly onProblem: OnProblem;
  readonly firstListMs?: number;
}

// An event may wait so long for what is known of Alerts; later ones are kept for all, and matched when they are told.
const FIRST_LIST_MS = 5_000;
const TIMEOUT_MS = 15_000;

/** Follows Alerts and Providers until the signal. */
export function createAlertBook(options: AlertBookOptions): AlertBook {
  const { signal, noCrossNamespaceRefs, firstListMs = FIRST_LIST_MS } = options;
  const tellProblems = createProblemTeller(noCrossNamespaceRefs, options.onProblem);
  const alerts = createFollowed(options, 'Alert', (object) => {
    const parsed = alertSchema.safeParse(object);
    if (!parsed.success) return undefined;
    const compiled = compileAlert(parsed.data);
    tellProblems(compiled);
    return compiled;
  });
  const providers = createFollowed(options, 'Provider', (object) => providerSchema.safeParse(object).data);
  const both = Promise.all([alerts.listed, providers.listed]).then(() => true);
  const late = sleep(firstListMs, false, { signal, ref: false }).catch(() => false);
  const first = Promise.race([both, late]);
  const providerOf = ({ metadata, spec }: Alert) =>
    providers.objects.get(`${metadata.namespace}/${spec.providerRef.name}`);

  return {
    isReady: async () => (alerts.isListed() && providers.isListed()) || (await first),
    wanting: (event, labels) =>
      [...alerts.objects.values()].flatMap((compiled) => {
        const { metadata } = compiled.alert;
        if (noCrossNamespaceRefs && event.involvedObject.namespace !== metadata.namespace) return [];
        const provider = providerOf(compiled.alert);
        if (keepsOneStatus(compiled, provider)) return commitRoutes(compiled.alert, provider, event, labels);
        return wants(compiled, provider, event, labels) ? [routeOf(compiled, provider)] : [];
      }),
    recipients({ namespace, name }) {
      if (!alerts.isFresh() || !providers.isFresh()) return undefined;
      const alert = alerts.objects.get(`${namespace}/${name}`)?.alert;
      const provider = alert && providerOf(alert);
      return provider && { alert, provider };
    },
    needsLabels: () =>
      [...alerts.objects.values()].some(({ alert }) =>
        alert.spec.eventSources.some(({ matchLabels }) => matchLabels !== undefined),
      ),
  };
}

/** Only where there are statuses: an Alert of another Provider is told of events as any. */
function keepsOneStatus({ isAggregate }: CompiledAlert, provider: Provider | undefined): boolean {
  return isAggregate && provider !== undefined && setsCommitStatus(provider.spec.type);
}

function commitRoutes(
  alert: Alert,
  provider: Provider | undefined,
  event: FluxEvent,
  labels: Labels,
): readonly Route[] {
  if (alert.spec.suspend || provider?.spec.suspend) return [];
  // Before anything builds from a commit it waits for all.
  const isBegin = event.involvedObject.kind === Kind.GitRepository && event.reason === Reason.NewArtifact;
  if (!isBegin && !matchesAnySeverity(alert, event, labels)) return [];
  const revision = revisionOf(enrich(event, alert).event);
  const commit = revision && commitOfRevision(revision);
  return commit ? [{ ...plainRoute(alert, provider), commit }] : [];
}

/** A Provider that is missing is no reason not to: the delivery tells the Alert of it. */
function wants(
  { alert, afterFailures, ...compiled }: CompiledAlert,
  provider: Provider | undefined,
  event: FluxEvent,
  labels: Labels,
): boolean {
  if (alert.spec.suspend || provider?.spec.suspend) return false;
  if (afterFailures !== undefined && event.severity === 'info') {
    return endsFailures(event) && matchesAnySeverity(alert, event, labels);
  }
  // Several of one pass would pass for failures in a row.
  if (afterFailures !== undefined && isAdvice(event)) return false;
  if (provider && !typeTakes(provider.spec.type, event)) return false;
  return matchesSources(alert, event, labels) && compiled.allows(event.message);
}

/** Where failures are counted, every success ends the count: whatever it says, and whoever else is told of it. */
function matchesAnySeverity(alert: Alert, event: FluxEvent, labels: Labels): boolean {
  return matchesSources({ ...alert, spec: { ...alert.spec, eventSeverity: 'info' } }, event, labels);
}

function plainRoute({ metadata: { namespace, name } }: Alert, provider: Provider | undefined): Route {
  return {
    alert: { namespace, name },
    timeoutMs: parseDuration(provider?.spec.timeout ?? '') ?? TIMEOUT_MS,
  };
}

function routeOf({ alert, groupMs, afterFailures }: CompiledAlert, provider: Provider | undefined): Route {
  return {
    ...plainRoute(alert, provider),
    ...(groupMs !== undefined && { groupMs }),
    ...(afterFailures !== undefined && { afterFailures }),
  };
}
