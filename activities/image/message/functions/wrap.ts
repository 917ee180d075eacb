import type { Budget } from '../budget.ts';
import { define, type FunctionTable } from '../function.ts';

interface Style {
  readonly width: number;
  readonly newLine: string;
  readonly isLongWordCut: boolean;
}

/** Lines of a width in bytes, parted at spaces. */
export const wrapFunctions: FunctionTable = {
  wrap: define(['budget', 'int', 'string'], (budget, width, text) =>
    wrap(text, { width: Math.max(width, 1), newLine: '\n', isLongWordCut: false }, budget),
  ),
  wrapWith: define(['budget', 'int', 'string', 'string'], (budget, width, newLine, text) =>
    wrap(text, { width: Math.max(width, 1), newLine: newLine || '\n', isLongWordCut: true }, budget),
  ),
};

function wrap(text: string, style: Style, budget: Budget): string {
  const lines: string[] = [];
  let at = 0;
  while (text.length - at > style.width) {
    budget.spend(1);
    if (text[at] === ' ') {
      at++;
      continue;
    }
    const line = nextLine(text, at, style);
    if (!line) break;
    lines.push(text.slice(at, line.end));
    at = line.next;
  }
  const last = text.slice(at);
  budget.spendText(text.length + lines.length * style.newLine.length);
  return lines.map((line) => line + style.newLine).join('') + last;
}

/** Where the line that begins at a position ends, and where the next begins; undefined where the rest is one word. */
function nextLine(text: string, at: number, style: Style): { end: number; next: number } | undefined {
  const space = text.lastIndexOf(' ', at + style.width);
  if (space >= at) return { end: space, next: space + 1 };
  const end = at + style.width;
  if (style.isLongWordCut) return { end, next: end };
  const following = text.indexOf(' ', end);
  return following === -1 ? undefined : { end: following, next: following + 1 };
}
