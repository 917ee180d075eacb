import { z } from 'zod';

/** Fields that several kinds share. `meta` entries travel into the generated CRDs. */

const DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$';
const SHORT_DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$';

/** A Go duration. Kept as text: what the pattern lets through may still overflow, and stalls only its own object. */
export const duration = z.string().meta({ pattern: DURATION });
/** A timeout of a source: no hours. */
export const shortDuration = z.string().meta({ pattern: SHORT_DURATION });

export const localRef = z.looseObject({ name: z.string() });

/** A field that later releases will honour. It is in the CRD, so that an object that sets it can be told so. */
export const laterObject = z.looseObject({}).meta({ 'x-kubernetes-preserve-unknown-fields': true });

export const condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32768),
  lastTransitionTime: z.string().meta({ format: 'date-time' }),
  observedGeneration: z.int().min(0).optional(),
});

export const artifact = z.looseObject({
  digest: z.string().meta({ pattern: '^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$' }),
  lastUpdateTime: z.string().meta({ format: 'date-time' }),
  path: z.string(),
  revision: z.string(),
  size: z.int().optional().meta({ format: 'int64' }),
  url: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
});

export const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
});

/** Selects objects of a build: every part is an anchored regular expression but the two selectors. */
export const selector = z.looseObject({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labelSelector: z.string().optional(),
  annotationSelector: z.string().optional(),
});
