import { pino } from 'pino';
import { redact } from '../activities/redact.ts';

export type Log = ReturnType<typeof createLog>;

/** JSON lines in the shape that `flux logs` reads: `ts`, `level`, `msg`, `error`, `logger`, the kind and the object's name. */
export function createLog(level: string) {
  return pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label === 'warn' ? 'info' : label }) },
      // Whatever a tool or an error repeats, a credential does not leave the process.
      hooks: { streamWrite: redactLine },
    },
    pino.destination({ dest: 1, sync: true }),
  );
}

function redactLine(line: string): string {
  const clean = redact(line.trimEnd());
  return clean.endsWith('}') ? `${clean}\n` : `${JSON.stringify({ level: 'info', msg: clean })}\n`;
}
