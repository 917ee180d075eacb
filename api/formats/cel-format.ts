/** Formats as `string.format` of cel-go's `ext.Strings` does: `%s %d %f %e %b %o %x %X %%`. Throws what an expression fails of. */
export function formatCel(template: string, args: readonly unknown[]): string {
  let next = 0;
  return template.replaceAll(/%(?:\.(\d+))?(.?)/gs, (clause, digits: string | undefined, verb: string) => {
    if (clause === '%%') return '%';
    if (next >= args.length) throw new Error(`format: ${clause} has no argument`);
    const render = VERBS[verb];
    if (!render) throw new Error(`format: ${clause} is no clause`);
    next += 1;
    return render(args[next - 1], digits === undefined ? 6 : Math.min(Number(digits), MOST_DIGITS));
  });
}

// As many as toFixed takes.
const MOST_DIGITS = 100;

type Render = (value: unknown, digits: number) => string;

const VERBS: Readonly<Record<string, Render>> = {
  s: (value) => textOf(value),
  d: (value) => `${numeric(value)}`,
  f: (value, digits) => Number(numeric(value)).toFixed(digits),
  // As Go writes exponents: two digits at least.
  e: (value, digits) =>
    Number(numeric(value))
      .toExponential(digits)
      .replace(/e([+-])(\d)$/, 'e$10$2'),
  b: (value) => (typeof value === 'boolean' ? `${Number(value)}` : integer(value).toString(2)),
  o: (value) => integer(value).toString(8),
  x: (value) => hex(value),
  X: (value) => hex(value).toUpperCase(),
};

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  const isMap =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isMap) return String(value);
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${textOf(field)}`);
  return `{${fields.sort().join(', ')}}`;
}

function hex(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : integer(value).toString(16);
}

function integer(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw new Error('format: the argument is no integer');
}

function numeric(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw new Error('format: the argument is no number');
}
