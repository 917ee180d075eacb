import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { KubeClient } from '../../activities/kube/client.ts';
import type { KubeAccess } from '../../activities/kube/config.ts';
import { parseDuration } from '../../api/duration.ts';
import type { TemporalOptions } from '../temporal.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { KindInfo } from './kind-info.ts';
import type { Output } from './output.ts';
import { asReconciled, type Reconciled } from './reconciled.ts';
import { openSettings, type Settings } from './settings.ts';

/** One run of the command line: who it talks to (connected when first asked for) and how long it may take. */
export interface Session {
  readonly flags: GlobalFlags;
  readonly out: Output;
  readonly timeoutMs: number;
  /** Aborts when the time is over. */
  readonly deadline: AbortSignal;
  readonly settings: Settings;
  kubeAccess(): Promise<KubeAccess>;
  kube(): Promise<KubeClient>;
  temporal(options?: Pick<TemporalOptions, 'connectTimeoutMs'>): Promise<Client>;
  close(): Promise<void>;
}

// Answers come in milliseconds; `flux` asks every two seconds.
const POLL_MS = 250;
const TEMPORAL_CONNECT_MS = 5_000;

export function openSession(flags: GlobalFlags, out: Output): Session {
  const timeoutMs = parseDuration(flags.timeout);
  if (timeoutMs === undefined || timeoutMs < 0)
    throw new Error(`invalid --timeout "${flags.timeout}", e.g. 5m`);
  const expire = new AbortController();
  // Nought means for ever; timers hold 32 bits.
  const timer =
    timeoutMs > 0 ? setTimeout(() => expire.abort(), Math.min(timeoutMs, 2 ** 31 - 1)) : undefined;
  timer?.unref();

  const settings = openSettings(flags);
  const kubeAccess = once(async () => {
    const { loadKubeAccess } = await import('../../activities/kube/config.ts');
    return loadKubeAccess(settings.kube);
  });
  const kube = once(async () => {
    const [access, { createKubeClient }] = await Promise.all([
      kubeAccess(),
      import('../../activities/kube/client.ts'),
    ]);
    return createKubeClient(access, { connections: 8 });
  });
  let client: Promise<Client> | undefined;

  return {
    flags,
    out,
    timeoutMs,
    deadline: expire.signal,
    settings,
    kubeAccess,
    kube,
    temporal(options) {
      client ??= connect(settings, options?.connectTimeoutMs ?? TEMPORAL_CONNECT_MS);
      return client;
    },
    async close() {
      clearTimeout(timer);
      if (kube.value) await kube.value.then((opened) => opened.close()).catch(() => undefined);
      await client?.then((opened) => opened.connection.close()).catch(() => undefined);
    },
  };
}

async function connect({ temporal }: Settings, connectTimeoutMs: number): Promise<Client> {
  const { connectTemporal } = await import('../temporal.ts');
  return connectTemporal({ ...temporal, connectTimeoutMs });
}

interface Once<T> {
  (): Promise<T>;
  value: Promise<T> | undefined;
}

function once<T>(make: () => Promise<T>): Once<T> {
  const get: Once<T> = () => (get.value ??= make());
  get.value = undefined;
  return get;
}

/** Asks again and again, at once first, until there is an answer; the error of the deadline is Go's, as `flux` shows it. */
export async function poll<T>(session: Session, ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (session.deadline.aborted) throw new Error('context deadline exceeded');
    await sleep(POLL_MS);
  }
}

/** An object by name; throws the API server's own sentence when it is not there. */
export async function getObject(
  session: Session,
  info: KindInfo,
  name: string,
  namespace = session.flags.namespace,
): Promise<Reconciled> {
  const kube = await session.kube();
  const { apiVersion, kind } = info;
  const object = await kube.get({ apiVersion, kind, namespace, name });
  if (!object) throw new Error(notFound(info, name));
  return asReconciled(object);
}

function notFound(info: KindInfo, name: string): string {
  return `${info.plural}.${info.apiVersion.split('/')[0]} "${name}" not found`;
}

/** The objects of a kind in the namespace of the command, or those of that name. */
export async function listObjects(
  session: Session,
  info: KindInfo,
  name?: string,
): Promise<readonly Reconciled[]> {
  const kube = await session.kube();
  const { items } = await kube.list({
    apiVersion: info.apiVersion,
    kind: info.kind,
    namespace: session.flags.namespace,
    fieldSelector: name && `metadata.name=${name}`,
  });
  return items.map(asReconciled);
}
