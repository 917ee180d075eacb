import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { messageOf } from '../activities/failures.ts';
import { parseWorkflowId } from '../api/object-ref.ts';
import type { Log } from './log.ts';

type Meta = Readonly<Record<string | symbol, unknown>>;

/** Sets up Temporal's SDK for this process: it leaves signals to the command, and all that it says goes to our log. */
export function installRuntime(log: Log): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const write = level === 'ERROR' ? log.error.bind(log) : log.warn.bind(log);
      write({ logger: 'temporal', ...describeMeta(meta) }, message);
    }),
    // Its native half would print lines of its own between ours.
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    },
  });
}

/** What the SDK knows of a line, under the keys of our own lines. */
export function describeMeta(meta: Meta | undefined): object {
  const { error, workflowId } = { ...meta };
  const ref = typeof workflowId === 'string' ? parseWorkflowId(workflowId) : undefined;
  return {
    ...(error !== undefined && { error: messageOf(error) }),
    ...(ref && { controllerKind: ref.kind, name: ref.name, namespace: ref.namespace }),
    ...(ref === undefined && typeof workflowId === 'string' && { workflowId }),
  };
}
