import { Annotation } from '../../api/names.ts';
import type { Provider } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { transient } from '../failures.ts';
import { faultPoint } from '../fault.ts';
import type { StepContext } from '../steps.ts';
import type { Recipients } from './alert-book.ts';
import { counted, isFinal } from './counted.ts';
import type { FluxEvent } from './event.ts';
import { logged } from './logged.ts';
import { mergeEvents } from './merge-events.ts';
import type { AlertRef, Labels, Notice, Route } from './notice.ts';
import { count } from './outbox.ts';
import { isOutdated, opensIncidents } from './outdated.ts';
import { readAlert, readProvider } from './read-alert.ts';
import { send } from './send.ts';
import { typeTakes } from './wants.ts';

export interface RouteInput {
  readonly notice: Notice;
}

export interface Routed {
  readonly routes: readonly Route[];
}

/** Who wants an event. Throws while that is not known. */
export async function routeEvent({ kube, notifications }: Deps, { notice }: RouteInput): Promise<Routed> {
  const { book } = notifications;
  if (!(await book.isReady())) {
    throw transient(Reason.SourceFetchFailed, 'Alerts and Providers could not be listed yet');
  }
  const { event } = notice;
  const labels = notice.labels ?? (book.needsLabels() ? await labelsOf(kube, event) : {});
  return { routes: book.wanting(event, labels) };
}

async function labelsOf(
  kube: Deps['kube'],
  { involvedObject: { apiVersion, kind, namespace, name } }: FluxEvent,
): Promise<Labels> {
  const object = await kube.get({ apiVersion, kind, namespace, name });
  return object?.metadata.labels ?? {};
}

export interface PassOnInput {
  readonly route: Route;
  readonly notice: Notice;
  readonly to: 'group' | 'count';
}

/** Has an event told with others of its time, or counted. */
export async function passOnEvent({ notifications: { notices } }: Deps, input: PassOnInput): Promise<void> {
  const { route, notice, to } = input;
  await (to === 'group' ? notices.group(route, notice) : count(notices, route, notice));
}

export interface DeliverInput {
  readonly alert: AlertRef;
  /** One, or the first of a burst. */
  readonly events: readonly FluxEvent[];
  /** Of a burst, with those that are left out. */
  readonly total?: number;
  readonly windowMs?: number;
  readonly key: string;
}

export interface Delivered {
  /** False when the Alert or its Provider rests, the Alert is gone, or what the message opens or closes is over. */
  readonly isTold: boolean;
}

/**
 * Tells one message to the Provider of an Alert, both as they are right now. Throws NotificationDispatchFailed, or what
 * is wrong with a Secret; transient for what may pass by itself.
 */
export async function deliverEvent(deps: Deps, input: DeliverInput, step: StepContext): Promise<Delivered> {
  return logged(deps, input.alert, async () => {
    const alert = await readAlert(deps, input.alert);
    if (alert === undefined || alert.spec.suspend) return { isTold: false };
    return tell(deps, { alert, provider: await readProvider(deps, alert) }, input, step.signal);
  });
}

export interface DeliveredAtOnce extends Delivered {
  /** It is still to be delivered: whether that would be quick is not known. */
  readonly isLeft?: boolean;
}

const LEFT = { isTold: false, isLeft: true } as const;

/** The same by what is followed of Alert and Provider, where nobody has to wait for it. */
export async function deliverAtOnce(
  deps: Deps,
  input: DeliverInput,
  step: StepContext,
): Promise<DeliveredAtOnce> {
  const { book, lane } = deps.notifications;
  const known = book.recipients(input.alert);
  if (known === undefined) return LEFT;
  if (known.alert.spec.suspend) return { isTold: false };
  if (!lane.admits(nameOf(known.provider))) return LEFT;
  const attempt = (end: AbortSignal) => tell(deps, known, input, AbortSignal.any([step.signal, end]));
  try {
    return await logged(deps, input.alert, () => lane.through(attempt));
  } catch (error) {
    // Its owner may have corrected it a moment ago.
    if (isFinal(error) && (await hasChanged(deps, known))) return LEFT;
    throw error;
  }
}

async function hasChanged(deps: Deps, { alert, provider }: Recipients): Promise<boolean> {
  const { namespace, name } = alert.metadata;
  const live = await readAlert(deps, { namespace, name });
  const versions = [live, live && (await readProvider(deps, live))].map(
    (now) => now?.metadata.resourceVersion,
  );
  return versions.join() !== [alert, provider].map(({ metadata }) => metadata.resourceVersion).join();
}

async function tell(
  deps: Deps,
  { alert, provider }: Recipients,
  input: DeliverInput,
  signal: AbortSignal,
): Promise<Delivered> {
  const { type, suspend } = provider.spec;
  const event = messageOf(input, { alert, provider });
  if (event === undefined || suspend || (opensIncidents(type) && (await isOutdated(deps.kube, event))))
    return { isTold: false };
  const { key } = input;
  const attempt = () => send(deps, { alert, provider, event, key }, { signal });
  await deps.notifications.lane.watched(nameOf(provider), () => counted(deps.metrics, type, attempt));
  faultPoint('event.delivered');
  return { isTold: true };
}

/**
 * What is left of the events for the Provider's type, which is not known while the Provider is missing. The end of
 * failures that were counted is for every type.
 */
function messageOf(
  { events, total = events.length, windowMs = 0 }: DeliverInput,
  { alert, provider }: Recipients,
): FluxEvent | undefined {
  const isForAll = alert.metadata.annotations?.[Annotation.afterFailures] !== undefined;
  const taken = isForAll ? events : events.filter((event) => typeTakes(provider.spec.type, event));
  return mergeEvents({ events: taken, total: total - (events.length - taken.length), windowMs });
}

function nameOf({ metadata: { namespace, name } }: Provider): string {
  return `${namespace}/${name}`;
}

const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';

export interface DispatchFailureInput {
  readonly alert: AlertRef;
  readonly object: FluxEvent['involvedObject'];
  readonly message: string;
  readonly isFinal: boolean;
}

/** Tells the owner of an Alert, by an event on it, that a message does not arrive. */
export async function tellDispatchFailure(deps: Deps, input: DispatchFailureInput): Promise<void> {
  const { alert: ref, object, message, isFinal } = input;
  const { namespace, name } = ref;
  const alert = await deps.kube.get({ apiVersion: NOTIFICATION, kind: 'Alert', namespace, name });
  if (!alert) return;
  const { metadata } = alert;
  await deps.events.record({
    object: { apiVersion: NOTIFICATION, kind: 'Alert', metadata },
    type: 'Warning',
    reason: Reason.NotificationDispatchFailed,
    message: `failed to send notification for ${object.kind}/${object.namespace}/${object.name}: ${message}${isFinal ? '' : '; it is tried again for a day'}`,
  });
}
