import { azureIdentity } from '../../fetch/oci/login/azure.ts';
import { unlessAborted } from '../../fetch/unless-aborted.ts';
import { rememberSecret } from '../../redact.ts';
import { noIdentity } from './needed.ts';

/**
 * A token of Entra ID by the worker's own identity; `service` is how messages name who is to see it. Throws
 * NotificationDispatchFailed.
 */
export async function azureToken(service: string, scope: string, signal: AbortSignal): Promise<string> {
  try {
    const identity = await azureIdentity();
    // Azure's library waits as long as it likes.
    const access = await unlessAborted(identity.getToken(scope, { abortSignal: signal }), signal);
    if (access === null) throw new Error('Entra ID answers no token');
    rememberSecret(access.token);
    return access.token;
  } catch (error) {
    throw noIdentity(service, error, signal);
  }
}
