import { type DestinationStream, pino } from 'pino';
import { redact } from '../activities/redact.ts';

export type Log = ReturnType<typeof createLog>;

/** JSON lines in the shape that `flux logs` reads: `ts`, `level`, `msg`, `error`, `logger`, the kind and the object's name. */
export function createLog(level: string, to: DestinationStream = pino.destination({ dest: 1, sync: true })) {
  return pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactLine },
    },
    to,
  );
}

/** Whatever a tool or an error repeats, a credential does not leave the process. */
function redactLine(line: string): string {
  // Text by text: masked as a whole, a line could lose a quote or its end.
  const clean = JSON.stringify(JSON.parse(line), (_key, value: unknown) =>
    typeof value === 'string' ? redact(value) : value,
  );
  return `${clean}\n`;
}
