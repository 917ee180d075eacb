import { z } from 'zod';
import { condition, duration, laterObject, metadata, selector } from './fields.ts';

const stringMap = z.record(z.string(), z.string());

const objectReference = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
});

const spec = z.looseObject({
  interval: duration,
  retryInterval: duration.optional(),
  timeout: duration.optional(),
  sourceRef: z.looseObject({
    apiVersion: z.string().optional(),
    kind: z.enum(['OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact']),
    name: z.string(),
    namespace: z.string().optional(),
  }),
  path: z.string().optional(),
  prune: z.boolean(),
  suspend: z.boolean().optional(),
  force: z.boolean().default(false),
  wait: z.boolean().optional(),
  deletionPolicy: z.enum(['MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan']).optional(),
  serviceAccountName: z.string().optional(),
  targetNamespace: z.string().min(1).max(63).optional(),
  namePrefix: z.string().min(1).max(200).optional(),
  nameSuffix: z.string().min(1).max(200).optional(),
  commonMetadata: z
    .looseObject({ labels: stringMap.optional(), annotations: stringMap.optional() })
    .optional(),
  components: z.array(z.string()).optional(),
  ignoreMissingComponents: z.boolean().optional(),
  images: z
    .array(
      z.looseObject({
        name: z.string(),
        newName: z.string().optional(),
        newTag: z.string().optional(),
        digest: z.string().optional(),
      }),
    )
    .optional(),
  patches: z.array(z.looseObject({ patch: z.string(), target: selector.optional() })).optional(),
  ignore: z.array(z.looseObject({ paths: z.array(z.string()), target: selector.optional() })).optional(),
  postBuild: z
    .looseObject({
      substitute: stringMap.optional(),
      substituteFrom: z
        .array(
          z.looseObject({
            kind: z.enum(['Secret', 'ConfigMap']),
            name: z.string().min(1).max(253),
            optional: z.boolean().default(false),
          }),
        )
        .optional(),
      substituteStrategy: z.enum(['WithVariables', 'Always']).optional(),
    })
    .optional(),
  dependsOn: z
    .array(
      z.looseObject({ name: z.string(), namespace: z.string().optional(), readyExpr: z.string().optional() }),
    )
    .optional(),
  healthChecks: z.array(objectReference).optional(),
  healthCheckExprs: z
    .array(
      z.looseObject({
        apiVersion: z.string(),
        kind: z.string().optional(),
        current: z.string(),
        inProgress: z.string().optional(),
        failed: z.string().optional(),
      }),
    )
    .optional(),
  // Honoured by later releases; see UNSUPPORTED.
  decryption: laterObject.optional(),
  kubeConfig: laterObject.optional(),
  buildMetadata: z.array(z.enum(['originAnnotations', 'transformerAnnotations'])).optional(),
});

const status = z.looseObject({
  observedGeneration: z.int().optional().meta({ format: 'int64' }),
  conditions: z.array(condition).optional(),
  inventory: z.looseObject({ entries: z.array(z.object({ id: z.string(), v: z.string() })) }).optional(),
  lastAppliedRevision: z.string().optional(),
  lastAppliedOriginRevision: z.string().optional(),
  lastAttemptedRevision: z.string().optional(),
  lastHandledReconcileAt: z.string().optional(),
  history: z
    .array(
      z.looseObject({
        digest: z.string(),
        firstReconciled: z.string().meta({ format: 'date-time' }),
        lastReconciled: z.string().meta({ format: 'date-time' }),
        lastReconciledDuration: z.string(),
        lastReconciledStatus: z.string(),
        totalReconciliations: z.int().meta({ format: 'int64' }),
        metadata: stringMap.optional(),
      }),
    )
    .optional(),
});

/** A path of a source, built and kept applied. */
export const kustomization = z.looseObject({
  apiVersion: z.literal('kustomize.toolkit.fluxcd.io/v1'),
  kind: z.literal('Kustomization'),
  metadata,
  spec,
  status: status.optional(),
});
export type Kustomization = z.infer<typeof kustomization>;
export type KustomizationSpec = Kustomization['spec'];
export type KustomizationStatus = NonNullable<Kustomization['status']>;

// Which later field a spec uses.
const LATER: readonly (readonly [field: string, isUsed: (spec: KustomizationSpec) => boolean])[] = [
  ['decryption', ({ decryption }) => decryption !== undefined],
  ['kubeConfig', ({ kubeConfig }) => kubeConfig !== undefined],
  ['buildMetadata', ({ buildMetadata }) => (buildMetadata ?? []).length > 0],
  ['sourceRef.kind', ({ sourceRef }) => sourceRef.kind !== 'GitRepository'],
];

/** The first field of a spec that only later releases honour, as a path below `spec`; undefined when it uses none. */
export function unsupportedField(spec: KustomizationSpec): string | undefined {
  return LATER.find(([, isUsed]) => isUsed(spec))?.[0];
}
