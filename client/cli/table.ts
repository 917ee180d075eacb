import stringWidth from 'string-width';

/**
 * A table as `flux` prints it: upper-case headers, every cell padded to its column and followed by a tab
 * (the last header by a space), a cell of several lines over several rows. Without a header, rows only.
 */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.split('\n')));
  const widths: number[] = header.map((name) => stringWidth(name));
  for (const row of cells) {
    for (const [column, lines] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, ...lines.map((line) => stringWidth(line)));
    }
  }
  const lines = cells.flatMap((row) => rowLines(row, widths));
  if (header.length > 0) lines.unshift(headerLine(header, widths));
  return lines.map((line) => `${line}\n`).join('');
}

function headerLine(header: readonly string[], widths: readonly number[]): string {
  return `${header.map((name, column) => pad(name.toUpperCase(), widths[column])).join('\t')} `;
}

function rowLines(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(...row.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    row.map((lines, column) => `${pad(lines[at] ?? '', widths[column])}\t`).join(''),
  );
}

function pad(text: string, width = 0): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** Cuts hashes (40 to 128 hex digits) to 8, as `flux` shows revisions. */
export function truncateHex(text: string): string {
  return text.replace(/\b[a-f0-9]{40,128}\b/g, (hex) => hex.slice(0, 8));
}
