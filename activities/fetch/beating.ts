const HEARTBEAT_MS = 3000;

type Heartbeat = (detail: Readonly<Record<string, unknown>>) => void;

/** Beats at once and every three seconds, until it is disposed of. */
export function beating(heartbeat: Heartbeat, detail: Readonly<Record<string, unknown>>): Disposable {
  heartbeat(detail);
  const timer = setInterval(() => heartbeat(detail), HEARTBEAT_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
