import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import { HttpError } from '../../fetch/http/error.ts';
import { rememberSecret } from '../../redact.ts';
import type { Delivery, Recipient, Sender } from '../contract.ts';
import { eventJson } from '../event-json.ts';
import { dispatchFailure } from '../post-json.ts';
import { type NatsInfo, NatsRefusal, type NatsServer, natsSession } from './nats-session.ts';
import { misconfigured, needed } from './needed.ts';
import { type Nkey, readNkey } from './nkey.ts';

const PORT = 4222;
const REFUSED = /authorization|authentication|permissions|credentials|payload|subject|protocol/i;

/** What CONNECT shows of who connects. */
type Login = (info: NatsInfo) => object;

/**
 * NATS: the event as it is, on the subject of the channel. Streams of JetStream know a repetition by its message id.
 * The Secret's `creds` come before its `nkey`, and that before a username and password.
 */
export const sendNats: Sender = async (_deps, delivery) => {
  const { recipient, signal } = delivery;
  const login = loginOf(recipient);
  const servers = serversOf(recipient);
  const subject = subjectOf(recipient);
  for (const [at, { server, login: fallback }] of servers.entries()) {
    try {
      return await natsSession(server, signal, (info) =>
        commands(delivery, info, { login: login ?? fallback, subject }),
      );
    } catch (error) {
      const mayPass = error instanceof HttpError && error.mayPass && !signal.aborted;
      if (!mayPass || at === servers.length - 1) throw failureOf(error);
    }
  }
};

/** Of a list, in its order; `nats://` and 4222 where nothing is said. */
function serversOf(recipient: Recipient): readonly { readonly server: NatsServer; readonly login: Login }[] {
  return needed(recipient, 'address')
    .split(',')
    .map((text) => {
      const address = text.trim();
      const url = parsed(address.includes('://') ? address : `nats://${address}`);
      if (!url?.hostname || !/^(nats|tls):$/.test(url.protocol)) {
        throw misconfigured(recipient, 'needs an address such as nats://<host>:4222; correct it');
      }
      const port = url.port === '' ? PORT : Number(url.port);
      const server = { host: url.hostname, port, isTls: url.protocol === 'tls:', tls: recipient.tls };
      return { server, login: loginOfAddress(url) };
    });
}

function parsed(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** White space would end it, and the command go on. */
function subjectOf(recipient: Recipient): string {
  const subject = needed(recipient, 'channel');
  if (/^[^\s.*>\p{Cc}]+(\.[^\s.*>\p{Cc}]+)*$/u.test(subject)) return subject;
  throw misconfigured(
    recipient,
    'needs a subject without wildcards and white space in spec.channel; correct it',
  );
}

function loginOf(recipient: Recipient): Login | undefined {
  const { secret, username, password } = recipient;
  const creds = secret['creds']?.toString() ?? '';
  const seed = secret['nkey']?.toString() ?? '';
  if (creds !== '') {
    const jwt = section(creds, 'NATS USER JWT');
    const key = keyOf(recipient, 'creds', section(creds, 'USER NKEY SEED'));
    if (jwt === '') throw misconfigured(recipient, "has no user JWT in the Secret's key creds; correct it");
    return ({ nonce = '' }) => ({ jwt, sig: key.sign(nonce) });
  }
  if (seed !== '') {
    const key = keyOf(recipient, 'nkey', seed);
    return ({ nonce = '' }) => ({ nkey: key.publicKey, sig: key.sign(nonce) });
  }
  if (username === '' || password === '') return undefined;
  rememberSecret(password);
  return () => ({ user: username, pass: password });
}

/** A user with a password, or a token alone. */
function loginOfAddress({ username, password }: URL): Login {
  const [user, pass] = [decoded(username), decoded(password)];
  rememberSecret(pass === '' ? user : pass);
  if (pass !== '') return () => ({ user, pass });
  return () => (user === '' ? {} : { auth_token: user });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // it is meant as it stands
  }
}

function keyOf(recipient: Recipient, field: 'creds' | 'nkey', seed: string): Nkey {
  rememberSecret(seed.trim());
  const key = readNkey(seed);
  if (key) return key;
  throw misconfigured(recipient, `has no seed of an nkey in the Secret's key ${field}; correct it`);
}

/** What stands between the lines that begin and end a section of a file of credentials. */
function section(creds: string, name: string): string {
  return new RegExp(`-+BEGIN ${name}-+\\s+(\\S+)\\s+-+END ${name}-+`).exec(creds)?.[1] ?? '';
}

function commands(
  { event, key }: Delivery,
  info: NatsInfo,
  { login, subject }: { readonly login: Login; readonly subject: string },
): string {
  const options = { verbose: false, pedantic: false, lang: 'node', version: '1', protocol: 1, name: 'pawl' };
  const hello = `CONNECT ${JSON.stringify({ ...options, headers: info.headers ?? false, ...login(info) })}\r\n`;
  const payload = eventJson(event);
  const size = Buffer.byteLength(payload);
  if (size > (info.max_payload ?? Number.POSITIVE_INFINITY))
    throw new NatsRefusal('maximum payload exceeded');
  if (!info.headers) return `${hello}PUB ${subject} ${size}\r\n${payload}\r\n`;
  const head = `NATS/1.0\r\nNats-Msg-Id: ${key.replace(/[^\x21-\x7e]/g, '_')}\r\n\r\n`;
  return `${hello}HPUB ${subject} ${head.length} ${head.length + size}\r\n${head}${payload}\r\n`;
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof NatsRefusal)) return dispatchFailure('NATS', error);
  const make = REFUSED.test(error.message) ? failed : transient;
  return make(Reason.NotificationDispatchFailed, `NATS: the server answers an error: ${error.message}`);
}
