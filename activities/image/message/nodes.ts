import type { NumberLiteral } from './literals.ts';

/** Where something stands in the template, in characters. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A part of a template that writes or decides. */
export type Statement =
  | { readonly kind: 'text'; readonly span: Span; readonly text: string }
  | { readonly kind: 'action'; readonly span: Span; readonly pipe: Pipe }
  | { readonly kind: 'if' | 'with' | 'range'; readonly span: Span; readonly branch: Branch }
  | { readonly kind: 'template'; readonly span: Span; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue'; readonly span: Span };

export interface Branch {
  readonly pipe: Pipe;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[] | undefined;
}

/** Commands of which each gets the result of the one before, and the variables that take the last. */
export interface Pipe {
  readonly kind: 'pipe';
  readonly span: Span;
  readonly variables: readonly string[];
  /** Whether the variables exist already (`=`). */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

export interface Command {
  readonly span: Span;
  readonly first: Operand;
  readonly rest: readonly Operand[];
}

export type Operand =
  | Pipe
  | { readonly kind: 'bool'; readonly span: Span; readonly value: boolean }
  | { readonly kind: 'dot' | 'nil'; readonly span: Span }
  | { readonly kind: 'number'; readonly span: Span; readonly number: NumberLiteral }
  | { readonly kind: 'string'; readonly span: Span; readonly text: string }
  | { readonly kind: 'function'; readonly span: Span; readonly name: string }
  | { readonly kind: 'field'; readonly span: Span; readonly fields: readonly string[] }
  | {
      readonly kind: 'variable';
      readonly span: Span;
      readonly name: string;
      readonly fields: readonly string[];
    }
  | { readonly kind: 'chain'; readonly span: Span; readonly of: Operand; readonly fields: readonly string[] };

/** A template that was read. */
export interface Template {
  readonly source: string;
  readonly body: readonly Statement[];
  /** What `define` and `block` name. */
  readonly defined: ReadonlyMap<string, readonly Statement[]>;
}
