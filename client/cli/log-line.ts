export interface LogFilter {
  readonly level?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  /** Of any namespace when left out. */
  readonly namespace?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
}

interface LogEntry {
  readonly ts?: string;
  readonly level?: string;
  readonly msg?: string;
  readonly error?: string;
  readonly 'reconciler kind'?: string;
  readonly controllerKind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** An entry of a worker's or a Flux controller's log in `flux logs`' words; undefined for one that is not wanted. */
export function formatLogLine(line: string, filter: LogFilter): string | undefined {
  const entry = parseEntry(line);
  if (!entry || !isWanted(entry, filter)) return undefined;
  const { ts = '', level = '', msg = '', error = '', name, namespace = '' } = entry;
  const object = `${kindOf(entry)}${name ? `/${name}.${namespace}` : ''}`;
  return `${ts} ${level} ${object} - ${msg} ${error}\n`;
}

function isWanted(entry: LogEntry, { level, kind, name, namespace, since }: LogFilter): boolean {
  return (
    (!level || level === entry.level) &&
    (!kind || isSame(kind, kindOf(entry))) &&
    (!name || isSame(name, entry.name)) &&
    (!namespace || isSame(namespace, entry.namespace)) &&
    (since === undefined || Date.parse(entry.ts ?? '') >= since)
  );
}

function kindOf(entry: LogEntry): string {
  return entry['reconciler kind'] || entry.controllerKind || '';
}

function isSame(wanted: string, found = ''): boolean {
  return wanted.toLowerCase() === found.toLowerCase();
}

// What other libraries of the process print is no entry.
function parseEntry(line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}
