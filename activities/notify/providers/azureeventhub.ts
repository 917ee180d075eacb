import { createHmac } from 'node:crypto';
import { rememberSecret } from '../../redact.ts';
import type { Delivery, Recipient, Sender } from '../contract.ts';
import { eventJson } from '../event-json.ts';
import { postJson } from '../post-json.ts';
import { azureToken } from './azure-token.ts';
import { explain } from './explain.ts';
import { headerToken, misconfigured, needed } from './needed.ts';

const SCOPE = 'https://eventhubs.azure.net/.default';
const SIGNED_FOR_S = 5 * 60;
// The worker's identity is shown to no other host.
const AZURE_HOST = /^[a-z\d-]+\.servicebus\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/i;

interface Hub {
  readonly host: string;
  readonly name: string;
  readonly authorization: string;
}

/**
 * Azure Event Hubs: the event as it is, over their REST API. The address is a connection string with a shared access
 * key, or the name of a hub in the namespace of the channel; for the latter the token of the Secret is a JWT, and without
 * it the worker's identity counts.
 */
export const sendAzureEventHub: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  const address = needed(recipient, 'address');
  const hub = address.includes('SharedAccessKey')
    ? bySharedKey(recipient, address)
    : await byToken(delivery, address);
  await postJson(deps, delivery, {
    service: 'Azure Event Hubs',
    address: `https://${hub.host}/${encodeURIComponent(hub.name)}/messages?api-version=2014-01`,
    authorization: hub.authorization,
    contentType: 'application/json',
    body: eventJson(event),
    explain,
  });
};

/** `Endpoint=sb://<host>/;SharedAccessKeyName=<name>;SharedAccessKey=<key>;EntityPath=<hub>`. */
function bySharedKey(recipient: Recipient, address: string): Hub {
  if (recipient.token !== '') {
    throw misconfigured(recipient, 'has both a token and an address with a shared access key; remove one');
  }
  const parts = new Map(
    address.split(';').map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
  const [, host] = /^sb:\/\/([\w.:-]+)\/?$/i.exec(parts.get('endpoint') ?? '') ?? [];
  const [name, keyName, key] = ['entitypath', 'sharedaccesskeyname', 'sharedaccesskey'].map((part) =>
    parts.get(part),
  );
  if (!host || !name || !keyName || !key) {
    const form = 'Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…';
    throw misconfigured(recipient, `needs a connection string such as ${form} as its address; correct it`);
  }
  rememberSecret(key);
  return { host, name, authorization: signature(`https://${host}/${name}`, keyName, key) };
}

/** A shared access signature, good for a few minutes. */
function signature(resource: string, keyName: string, key: string): string {
  const expiry = Math.floor(Date.now() / 1000) + SIGNED_FOR_S;
  const encoded = encodeURIComponent(resource);
  const sig = createHmac('sha256', key).update(`${encoded}\n${expiry}`).digest('base64');
  rememberSecret(sig);
  const fields = { sr: encoded, sig: encodeURIComponent(sig), se: expiry, skn: encodeURIComponent(keyName) };
  const pairs = Object.entries(fields).map(([field, value]) => `${field}=${value}`);
  return `SharedAccessSignature ${pairs.join('&')}`;
}

async function byToken({ recipient, signal }: Delivery, name: string): Promise<Hub> {
  const namespace = needed(recipient, 'channel');
  const host = namespace.includes('.servicebus.') ? namespace : `${namespace}${suffix()}`;
  if (!AZURE_HOST.test(host)) {
    throw misconfigured(recipient, 'needs the namespace of Event Hubs in spec.channel; correct it');
  }
  const token =
    recipient.token === '' ? await azureToken('Azure Event Hubs', SCOPE, signal) : headerToken(recipient);
  return { host, name, authorization: `Bearer ${token}` };
}

/** Of the cloud that the worker is signed in to. */
function suffix(): string {
  const authority = process.env['AZURE_AUTHORITY_HOST'] ?? '';
  if (authority.includes('chinacloudapi.cn')) return '.servicebus.chinacloudapi.cn';
  if (authority.includes('microsoftonline.us')) return '.servicebus.usgovcloudapi.net';
  return '.servicebus.windows.net';
}
