/** A series of a metrics page: its name, its labels, its value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricsText {
  /** The type of each metric. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL}(?:,${LABEL})*,?)?)\\})? (\\S+)$`);
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads a page in Prometheus' text format, and throws at what a scraper may stumble over: a line that is neither
 * comment nor sample, a metric that is declared twice or not at all, a series that comes twice, no newline at the end.
 */
export function parseMetrics(page: string): MetricsText {
  if (!page.endsWith('\n')) throw new Error('the page does not end with a newline');
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of page.split('\n')) {
    if (line === '') continue;
    const comment = COMMENT.exec(line);
    if (comment) {
      declare(types, comment);
      continue;
    }
    const sample = parseSample(line);
    if (!types.has(familyOf(sample.name, types))) throw new Error(`nobody declared ${line}`);
    const labels = Object.entries(sample.labels).map(([label, value]) => `${label}=${value}`);
    const key = [sample.name, ...labels.sort()].join('\n');
    if (seen.has(key)) throw new Error(`it comes twice: ${line}`);
    seen.add(key);
    samples.push(sample);
  }
  return { types, samples };
}

function declare(types: Map<string, string>, [line, word, name = '', type = '']: RegExpExecArray): void {
  if (word !== 'TYPE') return;
  if (types.has(name) || !TYPES.includes(type)) throw new Error(`declared twice or wrongly: ${line}`);
  types.set(name, type);
}

/** The declared metric that a series is of: histograms have three kinds of series. */
export function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const family = name.replace(/_(bucket|sum|count)$/, '');
  return types.get(family) === 'histogram' || types.get(family) === 'summary' ? family : name;
}

/** Numbers as Go's `strconv.ParseFloat` takes them, `NaN` in any case. */
function parseSample(line: string): Sample {
  const [, name, labels = '', number = ''] = SAMPLE.exec(line) ?? [];
  const value = /^[+-]?Inf$/.test(number) ? Number(number.replace('Inf', 'Infinity')) : Number(number);
  if (name === undefined || (Number.isNaN(value) && !/^nan$/i.test(number)))
    throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(new RegExp(LABEL, 'g'))].map(([pair]) => {
    const equals = pair.indexOf('=');
    // The escapes of the format are some of JSON's.
    return [pair.slice(0, equals), JSON.parse(pair.slice(equals + 1)) as string] as const;
  });
  return { name, labels: Object.fromEntries(pairs), value };
}

/** The value of the one series that has these labels; undefined when there is none. */
export function valueOf(
  { samples }: MetricsText,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  const found = samples.filter(
    (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} series of ${name} have these labels`);
  return found[0]?.value;
}
