/**
 * Metrics with series for every object, as text. The registry makes an object and several strings of each series: with
 * thousands of objects a page would hold up the event loop for a second.
 */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'histogram';
}

/** An object as label values. */
export type Labelled = Readonly<Record<'kind' | 'namespace' | 'name', string>>;

/** The metric with its lines in Prometheus' text format. */
export function familyText({ name, help, type }: Family, lines: readonly string[]): string {
  return `\n# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** The labels of an object, without braces. */
export function objectLabels({ kind, name, namespace }: Labelled): string {
  return `kind="${escaped(kind)}",name="${escaped(name)}",namespace="${escaped(namespace)}"`;
}

export function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

export interface ObjectHistogram {
  observe(seconds: number): void;
  /** Its series, a line each. */
  lines(name: string, labels: string): string;
}

/** A histogram with these upper bounds, in ascending order. */
export function createObjectHistogram(bounds: readonly number[]): ObjectHistogram {
  const counts = bounds.map(() => 0);
  let count = 0;
  let sum = 0;
  return {
    observe(seconds) {
      count += 1;
      sum += seconds;
      for (const [index, bound] of bounds.entries())
        if (seconds <= bound) counts[index] = (counts[index] ?? 0) + 1;
    },
    lines(name, labels) {
      let text = '';
      for (const [index, bound] of bounds.entries())
        text += `${name}_bucket{${labels},le="${bound}"} ${counts[index]}\n`;
      return `${text}${name}_bucket{${labels},le="+Inf"} ${count}\n${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${count}\n`;
    },
  };
}
