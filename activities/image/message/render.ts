import { Budget } from './budget.ts';
import { fromBytes } from './byte-text.ts';
import { TemplateRunError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { functions, refusalOf } from './functions/table.ts';
import type { Span } from './nodes.ts';
import { parse } from './parse.ts';
import { lineOf } from './token-reader.ts';
import type { GoValue } from './value.ts';

/**
 * Renders a template of Go's `text/template` with sprig's hermetic functions. At most 64 KiB come out, within a
 * budget of steps; carriage returns and zero bytes are left out, and bytes that are no UTF-8 become U+FFFD.
 * Throws `TemplateSyntaxError`, {@link TemplateRunError} and `RemovedFieldError`.
 */
export function render(source: string, data: GoValue): string {
  const template = parse(source, refusalOf);
  const result = evaluate(template, data, functions, new Budget());
  if ('text' in result) return fromBytes(result.text).replace(/[\r\0]/g, '');
  throw new TemplateRunError(placeOf(source, result.at), result.refusal.message);
}

function placeOf(source: string, { start, end }: Span): { line: number; column: number; text: string } {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  return { line: lineOf(source, start), column: start - lineStart, text: source.slice(start, end).trim() };
}
