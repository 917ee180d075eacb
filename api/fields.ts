import { z } from 'zod';

/** Fields that several kinds share. `meta` entries and descriptions travel into the generated CRDs. */

const DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$';
const SHORT_DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$';
const CONDITION_TYPE =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$';

/** A Go duration. Kept as text: what the pattern lets through may still overflow, and stalls only its own object. */
export const duration = z.string().meta({ pattern: DURATION });
/** A timeout of a source: no hours. */
export const shortDuration = z.string().meta({ pattern: SHORT_DURATION });

export const localRef = z.looseObject({ name: z.string().describe('Name of the object in this namespace.') });

export const stringMap = z.record(z.string(), z.string());

export const dateTime = z.string().meta({ format: 'date-time' });

export const condition = z.object({
  type: z.string().max(316).meta({ pattern: CONDITION_TYPE }),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(1024).meta({ pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
  message: z.string().max(32768),
  lastTransitionTime: dateTime.describe('When the status last changed.'),
  observedGeneration: z.int().min(0).optional().describe('The generation that the condition is about.'),
});

export const artifact = z.looseObject({
  digest: z
    .string()
    .meta({ pattern: '^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$' })
    .describe('Digest of the archive, as <algorithm>:<hex>.'),
  lastUpdateTime: dateTime.describe('When the archive was made.'),
  path: z.string().describe('Path of the archive below the root of the store.'),
  revision: z.string().describe('What the archive was made of, for example main@sha1:<commit>.'),
  size: z.int().optional().describe('Bytes of the archive.'),
  url: z.string().describe('Where consumers download the archive.'),
  metadata: stringMap.optional(),
});

export const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
  finalizers: z.array(z.string()).optional(),
});

/** Which namespaces' objects may refer to an object. */
export const accessFrom = z.looseObject({
  namespaceSelectors: z
    .array(z.looseObject({ matchLabels: stringMap.optional() }))
    .describe('Labels of namespaces, any of which lets in; one without labels lets in all.'),
});

/** A label selector of Kubernetes. */
export const labelSelector = z
  .looseObject({
    matchLabels: stringMap.optional().describe('Labels that objects have, all of them.'),
    matchExpressions: z
      .array(
        z.looseObject({
          key: z.string(),
          operator: z.string().describe('In, NotIn, Exists or DoesNotExist.'),
          values: z.array(z.string()).optional(),
        }),
      )
      .optional(),
  })
  // Who applies a selector means all of it: one of another manager is no part of it.
  .meta({ 'x-kubernetes-map-type': 'atomic' });

/** What is the same in the statuses of all kinds. */
export const reconciled = {
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  conditions: z.array(condition).optional(),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the requestedAt annotation last answered.'),
};

/** Selects objects of a build: every part is an anchored regular expression but the two selectors. */
export const selector = z
  .looseObject({
    group: z.string().optional(),
    version: z.string().optional(),
    kind: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
    labelSelector: z.string().optional(),
    annotationSelector: z.string().optional(),
  })
  .describe('Objects meant: regular expressions that match whole fields, and label selectors.');

export const kubeConfig = z
  .looseObject({
    configMapRef: localRef
      .optional()
      .describe('ConfigMap that says how to reach and authenticate to the cluster.'),
    secretRef: z
      .looseObject({
        name: z.string(),
        key: z.string().optional().describe('Key of the kubeconfig; value or value.yaml when empty.'),
      })
      .optional()
      .describe('Secret with a kubeconfig.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: 'has(self.configMapRef) || has(self.secretRef)',
        message: 'exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified',
      },
      {
        rule: '!has(self.configMapRef) || !has(self.secretRef)',
        message: 'exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified',
      },
    ],
  });

export const image = z.looseObject({
  name: z.string().describe('The image as the manifests name it, without tag.'),
  newName: z.string().optional(),
  newTag: z.string().optional(),
  digest: z.string().optional().describe('Comes before newTag.'),
});

export const patch = z.looseObject({
  patch: z.string().describe('A strategic merge patch or a JSON patch, as YAML.'),
  target: selector.optional(),
});

/** Fields of objects that are somebody else's. */
export const ignoreRule = z.looseObject({
  paths: z.array(z.string()).describe('JSON pointers.'),
  target: selector.optional(),
});

export const dependency = z.looseObject({
  name: z.string(),
  namespace: z.string().optional().describe('That of this object when empty.'),
  readyExpr: z.string().optional().describe('CEL over dep and self, instead of the built-in check.'),
});

export const healthCheckExpr = z.looseObject({
  apiVersion: z.string(),
  kind: z.string().optional(),
  current: z.string().describe('CEL: the object is healthy.'),
  inProgress: z.string().optional().describe('CEL: the object is not there yet.'),
  failed: z.string().optional().describe('CEL: the object will not get there.'),
});

export const commonMetadata = z.looseObject({
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
});

export const inventory = z.looseObject({
  entries: z.array(
    z.object({
      id: z.string().describe('<namespace>_<name>_<group>_<kind>'),
      v: z.string().describe('API version.'),
    }),
  ),
});
