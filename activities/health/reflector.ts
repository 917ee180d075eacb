import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube/client.ts';
import { isGone } from '../kube/errors.ts';
import { type Audience, createAudience } from './audience.ts';
import type { Listener, Membership } from './live.ts';
import { isForbidden, readerOf, type Scope } from './reads.ts';

/** Times in milliseconds; tests shorten them. */
export interface ReflectorTimes {
  /** How long a watch that nobody follows stays open: the next wait is often near. */
  readonly idle: number;
  /** Pause after the first error; it doubles with each one in a row. */
  readonly backoff: number;
  readonly longestBackoff: number;
  /** A watch that brings not even a bookmark for so long is half-open (the server sends one a minute). */
  readonly silence: number;
  /** How often single objects are read where watching is forbidden. */
  readonly poll: number;
}

const TIMES: ReflectorTimes = {
  idle: 5_000,
  backoff: 100,
  longestBackoff: 10_000,
  silence: 90_000,
  poll: 5_000,
};

// After so many errors in a row the position in the stream is doubted as well.
const ERRORS_UNTIL_RELIST = 3;

export interface Reflector {
  join(name: string | undefined, listener: Listener): Membership;
}

interface ReflectorOptions {
  readonly times?: Partial<ReflectorTimes> | undefined;
  readonly onClose: () => void;
}

/** A list and a watch of one scope that outlive every error, for as long as somebody listens. Keeps no objects. */
export function createReflector(kube: KubeClient, scope: Scope, options: ReflectorOptions): Reflector {
  const times = { ...TIMES, ...options.times };
  const audience = createAudience();
  const closing = new AbortController();
  const follow = follower(kube, scope, { audience, closed: closing.signal, times });
  let idle: NodeJS.Timeout | undefined;

  return {
    join(name, listener) {
      clearTimeout(idle);
      const member = audience.add(name, listener);
      const isLate = follow.isListed();
      if (isLate && name === undefined) follow.relist();
      follow.start();
      return {
        isLate,
        leave() {
          if (!audience.remove(member)) return;
          clearTimeout(idle);
          idle = setTimeout(close, times.idle);
          idle.unref();
        },
      };
    },
  };

  function close(): void {
    closing.abort();
    options.onClose();
  }
}

interface FollowerOptions {
  readonly audience: Audience;
  readonly closed: AbortSignal;
  readonly times: ReflectorTimes;
}

function follower(kube: KubeClient, scope: Scope, { audience, closed, times }: FollowerOptions) {
  let position: string | undefined;
  let isListed = false;
  let isStarted = false;
  let errors = 0;
  let watching = new AbortController();

  async function run(): Promise<void> {
    while (!closed.aborted) {
      const startedAt = performance.now();
      try {
        position ??= await list();
        await watch();
        // A server that ends every watch at once would be asked without a pause.
        const isTooShort = position !== undefined && performance.now() - startedAt < times.backoff;
        errors = isTooShort ? errors + 1 : 0;
      } catch (error) {
        if (closed.aborted) return;
        errors += 1;
        if (isForbidden(error)) await poll(kube, scope, audience).then(() => pause(times.poll, closed));
        if (isGone(error) || errors >= ERRORS_UNTIL_RELIST) position = undefined;
      }
      if (errors > 0) await pause(Math.min(times.backoff * 2 ** (errors - 1), times.longestBackoff), closed);
    }
  }

  async function list(): Promise<string> {
    const { items, resourceVersion } = await kube.list(scope);
    if (!closed.aborted) {
      isListed = true;
      audience.list(new Map(items.map((object) => [object.metadata.name, object])));
    }
    return resourceVersion;
  }

  async function watch(): Promise<void> {
    const silence = silenceGuard(times.silence);
    watching = new AbortController();
    const signal = AbortSignal.any([closed, silence.signal, watching.signal]);
    try {
      for await (const { type, object } of kube.watch({ ...scope, resourceVersion: position }, { signal })) {
        if (signal.aborted) return;
        errors = 0;
        silence.heard();
        position = object.metadata.resourceVersion ?? position;
        if (type !== 'BOOKMARK') audience.event(object, type === 'DELETED');
      }
    } finally {
      silence.end();
    }
  }

  return {
    isListed: () => isListed,
    /** For a listener that came late and wants all objects: an old list would be contradicted by what it missed. */
    relist(): void {
      position = undefined;
      watching.abort();
    },
    start(): void {
      if (isStarted) return;
      isStarted = true;
      void run();
    },
  };
}

/** Where watching is forbidden, the named objects are read one by one. */
async function poll(kube: KubeClient, scope: Scope, audience: Audience): Promise<void> {
  const reader = readerOf(kube);
  await Promise.all(
    audience.names().map(async (name) => {
      // Who is forbidden even this gets no event; the wait's own first read has said so.
      const object = await reader.read(scope, name).catch(() => undefined);
      if (object) audience.event(object, false);
    }),
  );
}

/** Waits about so long, or until the signal: not exactly, so that what broke at once does not return at once. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Nobody may wait for it any more: it must not keep a process that is done from ending.
  await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
}

function silenceGuard(ms: number): { readonly signal: AbortSignal; heard(): void; end(): void } {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), ms);
  timer.unref();
  return { signal: silent.signal, heard: () => void timer.refresh(), end: () => clearTimeout(timer) };
}
