import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Makes sure that a child, and what it started, does not outlive this process; returns how to forget it. */
export function stopWithParent(child: ChildProcess): () => void {
  if (children.size === 0) watchForTheEnd();
  children.add(child);
  return () => {
    children.delete(child);
    if (children.size === 0) stopWatching();
  };
}

function watchForTheEnd(): void {
  process.on('exit', killAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function stopWatching(): void {
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  // Somebody else listens: they stop things in their order, and 'exit' is the net below them.
  if (process.listenerCount(signal) > 1) return;
  killAll();
  stopWatching();
  process.kill(process.pid, signal);
}

/** Each child leads a process group, so what it started ends with it. Nothing else can be done while exiting. */
function killAll(): void {
  for (const { pid } of children) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // Ended already.
    }
  }
}
