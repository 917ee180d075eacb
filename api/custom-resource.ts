import type { z } from 'zod';

/** What a CustomResourceDefinition says of a kind. */
export interface CustomResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower case; the singular is the kind in lower case. */
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Columns of `kubectl get`, after the name. */
  readonly columns: readonly PrinterColumn[];
  readonly description: string;
  readonly spec: z.ZodType;
  /** Undefined for a kind that is only read by others. */
  readonly status?: z.ZodType;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  /** Above 0: only of `-o wide`. */
  readonly priority?: number;
}

export const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** Whether an object is ready, and what it says. */
export const READY: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
];
