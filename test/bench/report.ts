/** One figure. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 'MiB' | '';
  /** The bare loop over the same objects in the same run, where there is one. */
  readonly bareMs?: number;
  readonly note?: string;
}

/** Prints the figures as a table: what, how much, and how much of the bare loop that is. */
export function printTable(rows: readonly Row[]): void {
  const lines = rows.map(({ what, value, unit, bareMs, note = '' }) => [
    what,
    format(value, unit),
    ratio(value, bareMs),
    note,
  ]);
  const header = ['', 'measured', '/ bare loop', ''];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [header, ...lines]) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

function format(value: number, unit: Row['unit']): string {
  if (unit !== 'ms') return `${Math.round(value)}${unit && ` ${unit}`}`;
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${Math.round(value)} ms`;
}

function ratio(value: number, bareMs: number | undefined): string {
  return bareMs === undefined ? '' : (value / bareMs).toFixed(2);
}
