import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, errors, request } from 'undici';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf, transient } from '../failures.ts';
import { ARCHIVE_LIMITS } from './archive-path.ts';

const CONNECT_MS = 5000;
// A file is read and sent at once: who takes longer to begin has stopped.
const HEADERS_MS = 5000;
const IDLE_MS = 30_000;
const TOTAL_MS = 5 * 60_000;
const PROBE_MS = 3000;
const REDIRECTS = 5;
const RETRY_DELAYS_MS = [100, 300, 900];

const agent = new Agent({
  connect: { timeout: CONNECT_MS },
  headersTimeout: HEADERS_MS,
  bodyTimeout: IDLE_MS,
  keepAliveTimeout: 4000,
});

/**
 * Downloads an artifact from another worker's or controller's server. Not found and server errors are tried
 * again a few times: the other side may just be starting. Throws ArtifactFailed, or the signal's reason.
 */
export async function downloadArtifact(url: string, signal: AbortSignal): Promise<Buffer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)]);
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await attemptDownload(url, limit);
    if (Buffer.isBuffer(outcome)) return outcome;
    signal.throwIfAborted();
    const delay = RETRY_DELAYS_MS[attempt];
    if (!outcome.mayPass) throw failed(Reason.ArtifactFailed, `artifact at '${url}': ${outcome.problem}`);
    // Who is silent now will be so in a second; the source can make it again meanwhile.
    if (delay === undefined || limit.aborted || outcome.isSilent) {
      throw transient(Reason.ArtifactFailed, `artifact at '${url}': ${outcome.problem}; it is tried again`);
    }
    await sleep(delay, undefined, { signal });
  }
}

/** Whether somebody serves the artifact right now; asks for its head only. */
export async function isServed(url: string, signal: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
  try {
    const { statusCode, body } = await request(url, { method: 'HEAD', dispatcher: agent, signal: limit });
    await body.dump();
    return statusCode === 200;
  } catch {
    signal.throwIfAborted();
    return false; // whoever cannot be reached does not serve it
  }
}

interface Problem {
  readonly problem: string;
  readonly mayPass: boolean;
  /** The server has taken the request and does not answer. */
  readonly isSilent?: boolean;
}

async function attemptDownload(url: string, signal: AbortSignal): Promise<Buffer | Problem> {
  let current = new URL(url);
  try {
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      if (!/^https?:$/.test(current.protocol)) return lasting('the address is not http or https');
      const { statusCode, headers, body } = await request(current, { dispatcher: agent, signal });
      if (statusCode === 200) return await readBounded(body);
      await body.dump();
      const location = headers['location'];
      if (statusCode < 300 || statusCode > 399 || typeof location !== 'string') return problemOf(statusCode);
      const next = new URL(location, current);
      if (current.protocol === 'https:' && next.protocol !== 'https:') {
        return lasting('the server redirects from https to http');
      }
      current = next;
    }
    return lasting(`more than ${REDIRECTS} redirects`);
  } catch (error) {
    const isSilent = error instanceof errors.HeadersTimeoutError;
    return { problem: messageOf(error) || 'cannot be downloaded', mayPass: true, isSilent };
  }
}

async function readBounded(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<Buffer | Problem> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > ARCHIVE_LIMITS.bytes) {
      body.destroy();
      return lasting(`it is larger than ${ARCHIVE_LIMITS.bytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function problemOf(status: number): Problem {
  if (status === 404) return { problem: 'artifact not found (HTTP 404)', mayPass: true };
  return { problem: `the server answers HTTP ${status}`, mayPass: status === 429 || status >= 500 };
}

function lasting(problem: string): Problem {
  return { problem, mayPass: false };
}
