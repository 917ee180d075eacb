import type { Budget } from './budget.ts';
import { Refusal } from './errors.ts';
import type { GoValue } from './value.ts';
import { isComposite } from './value.ts';

const DEEPEST = 100;

/** A copy that shares nothing that can change. Throws {@link Refusal} for what is nested too deeply. */
export function deepCopy(value: GoValue, budget: Budget, depth = 0): GoValue {
  budget.spend(1);
  if (depth > DEEPEST) throw new Refusal('a value is nested too deeply to copy');
  if (!isComposite(value)) return value;
  if (value.kind === 'list')
    return { ...value, items: value.items.map((item) => deepCopy(item, budget, depth + 1)) };
  if (value.kind !== 'map') return value;
  const entries = new Map(
    [...value.entries].map(([text, [key, item]]) => [
      text,
      [key, deepCopy(item, budget, depth + 1)] as const,
    ]),
  );
  return { ...value, entries };
}
