/** The fields that any of the signals knows. */
interface Payload {
  readonly reason?: string;
  readonly by?: string;
  readonly forMs?: number;
}

// A century: beyond, dates overflow.
const LONGEST_MS = 100 * 365 * 86_400_000;

/**
 * Reads what came with a signal. A person may have typed it, so it can be anything: what is not the right
 * thing under the right name is left out, and the signal counts all the same.
 */
export function readPayload(payload: unknown): Payload {
  if (typeof payload !== 'object' || payload === null) return {};
  const { reason, by, forMs } = payload as Record<string, unknown>;
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof by === 'string' && { by }),
    ...(typeof forMs === 'number' && forMs > 0 && forMs <= LONGEST_MS && { forMs }),
  };
}
