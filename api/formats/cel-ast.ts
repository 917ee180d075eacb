import type { ASTNode } from '@marcbachmann/cel-js';

export interface AstFacts {
  /** How deep loops (`all`, `exists`, `map`, …) and bindings stand inside each other. */
  readonly loopDepth: number;
}

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

/**
 * Measures a parsed expression, and renames methods in it: a built-in of the library cannot be overridden,
 * but a call can be sent to another function before it is checked.
 */
export function inspectAst(
  ast: ASTNode,
  options: { readonly rename: Readonly<Record<string, string>> },
): AstFacts {
  return { loopDepth: depthOf(ast, options.rename) };
}

function depthOf(value: unknown, rename: Readonly<Record<string, string>>): number {
  if (Array.isArray(value)) return deepest(value, rename);
  if (!isNode(value)) return 0;
  const { args } = value;
  if (value.op !== 'rcall' || !Array.isArray(args)) return depthOf(args, rename);
  const [method, receiver, parameters] = args as [string, unknown, unknown];
  const other = Object.hasOwn(rename, method) ? rename[method] : undefined;
  if (other !== undefined) args[0] = other;
  const inner = depthOf(parameters, rename) + (LOOPS.has(method) ? 1 : 0);
  return Math.max(inner, depthOf(receiver, rename));
}

function deepest(values: readonly unknown[], rename: Readonly<Record<string, string>>): number {
  let depth = 0;
  for (const value of values) depth = Math.max(depth, depthOf(value, rename));
  return depth;
}

function isNode(value: unknown): value is { readonly op: string; readonly args: unknown } {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
