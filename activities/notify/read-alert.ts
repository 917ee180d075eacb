import { type Alert, alert as alertSchema } from '../../api/alert.ts';
import { type Provider, provider as providerSchema } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { failed, transient } from '../failures.ts';
import type { AlertRef } from './notice.ts';

const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';

/** An Alert as it is now; undefined when there is none that parses. */
export async function readAlert(
  { kube }: Pick<Deps, 'kube'>,
  { namespace, name }: AlertRef,
): Promise<Alert | undefined> {
  const object = await kube.get({ apiVersion: NOTIFICATION, kind: 'Alert', namespace, name });
  return object && alertSchema.safeParse(object).data;
}

/** The Provider that an Alert names. Throws NotificationDispatchFailed. */
export async function readProvider(
  { kube }: Pick<Deps, 'kube'>,
  { metadata, spec }: Alert,
): Promise<Provider> {
  const { namespace } = metadata;
  const { name } = spec.providerRef;
  const object = await kube.get({ apiVersion: NOTIFICATION, kind: 'Provider', namespace, name });
  // It may come with the Alert, and after it.
  if (!object) {
    throw transient(
      Reason.NotificationDispatchFailed,
      `failed to read provider: provider '${namespace}/${name}' not found; create it`,
    );
  }
  const parsed = providerSchema.safeParse(object);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? 'a field';
  const message = `provider '${namespace}/${name}': ${field}: ${issue?.message ?? 'does not parse'}; correct it`;
  throw failed(Reason.NotificationDispatchFailed, message);
}
