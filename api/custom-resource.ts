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
  /** Columns of `kubectl get` before Age, Ready and Status, which every kind has. */
  readonly columns: readonly PrinterColumn[];
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
}
