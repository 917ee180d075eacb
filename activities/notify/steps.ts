import type { Alert } from '../../api/alert.ts';
import { Annotation } from '../../api/names.ts';
import type { ProviderType } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { transient } from '../failures.ts';
import { faultPoint } from '../fault.ts';
import type { StepContext } from '../steps.ts';
import { counted } from './counted.ts';
import type { FluxEvent } from './event.ts';
import { mergeEvents } from './merge-events.ts';
import type { AlertRef, Labels, Notice, Route } from './notice.ts';
import { count, isCounting } from './outbox.ts';
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
  const { event, isCounted = false } = notice;
  const labels = notice.labels ?? (book.needsLabels() ? await labelsOf(kube, event) : {});
  const routes = book.wanting(event, labels);
  return { routes: isCounted ? routes.filter((route) => !isCounting(route)) : routes };
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
 * Tells one message to the Provider of an Alert. Throws NotificationDispatchFailed, or what is wrong with a Secret;
 * transient for what may pass by itself.
 */
export async function deliverEvent(deps: Deps, input: DeliverInput, step: StepContext): Promise<Delivered> {
  const { alert: ref, key } = input;
  const alert = await readAlert(deps, ref);
  if (alert === undefined || alert.spec.suspend) return { isTold: false };
  const provider = await readProvider(deps, alert);
  const { type, suspend } = provider.spec;
  const event = messageOf(input, alert, type);
  if (event === undefined || suspend || (opensIncidents(type) && (await isOutdated(deps.kube, event))))
    return { isTold: false };
  await counted(deps.metrics, type, () => send(deps, { alert, provider, event, key }, step));
  faultPoint('event.delivered');
  return { isTold: true };
}

/**
 * What is left of the events for the Provider's type, which is not known while the Provider is missing. The end of
 * failures that were counted is for every type.
 */
function messageOf(
  { events, total = events.length, windowMs = 0 }: DeliverInput,
  { metadata }: Alert,
  type: ProviderType,
): FluxEvent | undefined {
  const isForAll = metadata.annotations?.[Annotation.afterFailures] !== undefined;
  const taken = isForAll ? events : events.filter((event) => typeTakes(type, event));
  return mergeEvents({ events: taken, total: total - (events.length - taken.length), windowMs });
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
