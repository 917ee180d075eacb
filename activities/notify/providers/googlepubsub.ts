import { loginToGcp } from '../../fetch/oci/login/gcp.ts';
import { unlessAborted } from '../../fetch/unless-aborted.ts';
import { rememberSecret } from '../../redact.ts';
import type { Delivery, Recipient, Sender } from '../contract.ts';
import { eventJson } from '../event-json.ts';
import { postJson } from '../post-json.ts';
import { explain } from './explain.ts';
import { misconfigured, needed, noIdentity } from './needed.ts';

const API = 'https://pubsub.googleapis.com/';
const NAME = /^[\w.:~+%-]+$/;

/**
 * Google Pub/Sub: the event as it is, in a message for the project of the address and the topic of the channel; the
 * Secret's headers become attributes. By the key of a service account in the token, else by the worker's identity.
 */
export const sendGooglePubSub: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  const project = nameOf(recipient, 'address', 'the id of a project');
  const topic = nameOf(recipient, 'channel', 'the id of a topic');
  const data = Buffer.from(eventJson(event)).toString('base64');
  const attributes = recipient.headers;
  await postJson(deps, delivery, {
    service: 'Google Pub/Sub',
    address: `${API}v1/projects/${project}/topics/${topic}:publish`,
    authorization: await authorizationOf(delivery),
    body: { messages: [{ data, ...(Object.keys(attributes).length > 0 && { attributes }) }] },
    explain,
  });
};

/** It becomes a part of the path. */
function nameOf(recipient: Recipient, field: 'address' | 'channel', what: string): string {
  const name = needed(recipient, field);
  if (NAME.test(name)) return name;
  throw misconfigured(recipient, `needs ${what} as its ${field}; correct it`);
}

async function authorizationOf({ recipient, signal }: Delivery): Promise<string> {
  const token = recipient.token === '' ? await tokenOfWorker(signal) : await tokenOfKey(recipient);
  rememberSecret(token);
  return `Bearer ${token}`;
}

async function tokenOfWorker(signal: AbortSignal): Promise<string> {
  try {
    // Google's library waits as long as it likes.
    return (await unlessAborted(loginToGcp(signal), signal)).password;
  } catch (error) {
    throw noIdentity('Google Pub/Sub', error, signal);
  }
}

/** Signed by the key itself: nobody is asked for it, in particular no address that the key names. */
async function tokenOfKey(recipient: Recipient): Promise<string> {
  const { type, client_email: email, private_key: key, private_key_id: id } = readKey(recipient.token);
  if (type !== 'service_account' || typeof email !== 'string' || typeof key !== 'string') {
    throw misconfigured(
      recipient,
      'needs the JSON key of a service account as its token; correct the key token in its Secret',
    );
  }
  rememberSecret(key);
  const { JWTAccess } = await import('google-auth-library');
  try {
    const access = new JWTAccess(email, key, typeof id === 'string' ? id : undefined);
    const value = access.getRequestHeaders(API).get('authorization') ?? '';
    return value.replace(/^Bearer /, '');
  } catch {
    throw misconfigured(
      recipient,
      'has a service account with a private key that cannot be read; correct it',
    );
  }
}

function readKey(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // the parser's words would repeat the key
  }
}
