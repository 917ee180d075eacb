import type { Notice, Route } from '../../activities/notify/notice.ts';
import { Kind } from '../../api/object-ref.ts';
import { createNotices, type NoticeOptions } from '../../client/notices.ts';
import { CLUSTER, NAMESPACE, type Stage, until } from './stage.ts';

/** Those who are told, and what they are told, for the stories of notifications. */

export const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';
export const QUICK = { memoryMs: 1, times: { retryMs: 10 } } as const satisfies NoticeOptions;

/** A stage with services that are told. */
export interface Hall {
  readonly stage: Stage;
  /** How often the Provider of this name was told something. */
  asked(name: string): number;
  address(name: string): string;
}

export interface AlertOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  /** The Kustomization of the Alert's name when left out. */
  readonly source?: { readonly kind: string; readonly name: string };
  /** A Provider of type generic when left out. */
  readonly provider?: Readonly<Record<string, unknown>>;
}

/** Makes an Alert with a Provider, both of this name. */
export async function createAlert(hall: Hall, name: string, options: AlertOptions = {}): Promise<Route> {
  const { kube } = hall.stage;
  const { annotations = {}, source = { kind: Kind.Kustomization, name }, provider } = options;
  const metadata = { namespace: NAMESPACE, name, annotations };
  const told = { type: 'generic', address: hall.address(name), secretRef: { name: 'hook' }, ...provider };
  await kube.create({ apiVersion: NOTIFICATION, kind: 'Provider', metadata, spec: told });
  const spec = { providerRef: { name }, eventSources: [source] };
  await kube.create({ apiVersion: NOTIFICATION, kind: 'Alert', metadata, spec });
  return { alert: { namespace: NAMESPACE, name }, timeoutMs: 15_000 };
}

/** Waits until the worker has seen the Alerts that were made before. */
export async function areKnown(hall: Hall, name: string): Promise<void> {
  await createAlert(hall, name);
  let sent = 0;
  await until(`the Alert ${name} is known`, async () => {
    await told(hall, notice(name, {}, `${name}-${sent++}`));
    return hall.asked(name) > 0;
  });
}

/** A success of the Kustomization of this name. */
export function notice(name: string, more: Partial<Notice['event']> = {}, key = name): Notice {
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  const event: Notice['event'] = {
    involvedObject: { apiVersion, kind: Kind.Kustomization, namespace: NAMESPACE, name },
    severity: 'info',
    timestamp: '2026-11-22T12:00:00Z',
    message: 'Reconciliation finished',
    reason: 'ReconciliationSucceeded',
    reportingController: 'kustomize-controller',
    ...more,
  };
  return { event, key, labels: {} };
}

/** A failure of it, under a key of its own. */
export function failure(name: string, key: string | number): Notice {
  const more = { severity: 'error', reason: 'HealthCheckFailed', message: 'it is not there yet' } as const;
  return notice(name, more, `${name}-${key}`);
}

export function tell({ stage }: Hall, what: Notice, times: NoticeOptions = QUICK): Promise<Date> {
  return createNotices(stage.client, CLUSTER, times).tell(what);
}

/** Tells it, and waits for what comes of it. */
export async function told(hall: Hall, what: Notice, times: NoticeOptions = QUICK): Promise<void> {
  await tell(hall, what, times);
  await hall.stage.client.workflow.getHandle(`${CLUSTER}/Event/${what.key}`).result();
}
