import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { webhookPath } from '../../activities/notify/receiver/webhook-path.ts';
import { parseDuration } from '../../api/duration.ts';
import { examples, withSession } from './command.ts';
import { goDuration } from './create-fields.ts';
import type { Session } from './session.ts';
import { checkTriggerOptions, type TriggerOptions, triggerToken } from './trigger-options.ts';

/** `pawl trigger …` */
export function addTrigger(program: Command): void {
  const verb = program.command('trigger').description('Send a request to a webhook');
  const receiver = verb.command('receiver <name>').description('Send a request to the webhook of a Receiver');
  receiver
    .option('--url <url>', 'where the workers answer webhooks; may have a path')
    .option('--type <type>', 'generic, generic-hmac or generic-oidc', 'generic')
    .option('--token <token>', "the Receiver's token; none with generic-oidc")
    .option('--payload <json>', 'what is sent', '{}')
    .option('--retries <number>', 'how often to try again', '10')
    .option('--retry-delay <duration>', 'how long after', '10s')
    .option('--oidc-provider <name>', 'who issues the token: github or forgejo, in a job of theirs')
    .option('--oidc-token <token>', 'a token from elsewhere (else FLUX_TRIGGER_RECEIVER_OIDC_TOKEN)')
    .option('--oidc-audience <name>', 'for whom it is issued: notification-controller otherwise')
    .action(withSession<TriggerOptions>((session, [name = ''], options) => trigger(session, name, options)));
  const lines = {
    'trigger receiver apps -n apps --url=https://hooks.example.com --token=$TOKEN': 'without a signature',
    'trigger receiver apps --type=generic-hmac --url=https://hooks.example.com --token=$TOKEN --payload=\'{"image":"web"}\'':
      'signed',
  };
  for (const command of [verb, receiver]) examples(command, lines);
}

async function trigger(session: Session, name: string, options: TriggerOptions): Promise<void> {
  checkTriggerOptions(options);
  const { namespace } = session.flags;
  const retries = Number(options.retries);
  if (!Number.isInteger(retries)) throw new Error(`invalid --retries "${options.retries}"`);
  const delay = goDuration('retry-delay', options.retryDelay);
  const url = `${(options.url ?? '').replace(/\/+$/, '')}${webhookPath(Buffer.from(options.token ?? ''), { name, namespace })}`;
  const headers = await headersFor(session, options);
  session.out.action(`triggering Receiver ${namespace}/${name}`);
  for (let attempt = 0; ; attempt += 1) {
    const trouble = await send(session, url, headers, options.payload);
    if (!trouble) break;
    if (!trouble.isPassing || attempt >= retries) throw new Error(trouble.message);
    session.out.waiting(`${trouble.message}; retrying in ${delay} (${attempt + 1}/${retries})`);
    await pause(session, parseDuration(options.retryDelay) ?? 0);
  }
  session.out.success(`Receiver ${namespace}/${name} triggered`);
}

async function pause(session: Session, ms: number): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: session.deadline });
  } catch {
    throw new Error('context deadline exceeded');
  }
}

async function headersFor(session: Session, options: TriggerOptions): Promise<Record<string, string>> {
  const { type, token = '', payload } = options;
  const common = { 'content-type': 'application/json', 'user-agent': 'pawl' };
  if (type === 'generic-hmac') {
    const signature = createHmac('sha256', token).update(payload).digest('hex');
    return { ...common, 'x-signature': `sha256=${signature}` };
  }
  if (type !== 'generic-oidc') return common;
  return { ...common, authorization: `Bearer ${await triggerToken(options, session.deadline)}` };
}

interface Trouble {
  readonly message: string;
  /** Whether it may be over at the next attempt. */
  readonly isPassing: boolean;
}

// 404 as well: a Receiver that was just made is not answered yet.
const PASSING = [404, 408, 429, 500, 502, 503, 504];
const LONGEST_ANSWER = 4096;

async function send(
  session: Session,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<Trouble | undefined> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: session.deadline });
    const text = (await response.text()).trim().slice(0, LONGEST_ANSWER);
    if (response.ok) return undefined;
    const status = `request to ${url} failed with status ${response.status} ${response.statusText}`;
    return { message: text ? `${status}: ${text}` : status, isPassing: PASSING.includes(response.status) };
  } catch (error) {
    if (session.deadline.aborted) throw new Error('context deadline exceeded', { cause: error });
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    return { message: `request to ${url} failed: ${why}`, isPassing: true };
  }
}
