import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import {
  commonMetadata,
  condition,
  dateTime,
  dependency,
  duration,
  healthCheckExpr,
  ignoreRule,
  image,
  inventory,
  kubeConfig,
  localRef,
  metadata,
  patch,
  stringMap,
} from './fields.ts';

const objectReference = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional().describe('Namespace of the object; that of the Kustomization when empty.'),
});

const postBuild = z.looseObject({
  substitute: stringMap.optional().describe('Values of variables; they come before those of substituteFrom.'),
  substituteFrom: z
    .array(
      z.looseObject({
        kind: z.enum(['Secret', 'ConfigMap']),
        name: z.string().min(1).max(253),
        optional: z.boolean().default(false).describe('Whether it may be missing.'),
      }),
    )
    .optional()
    .describe('Objects of this namespace whose keys are variables; later ones come first.'),
  substituteStrategy: z
    .enum(['WithVariables', 'Always'])
    .optional()
    .describe('Whether to substitute also when there is no variable; WithVariables when empty.'),
});

const spec = z.looseObject({
  interval: duration.describe('How often the cluster is compared with the source.'),
  retryInterval: duration.optional().describe('When to try again after a failure; the interval when empty.'),
  timeout: duration.optional().describe('Bound of build, apply and health checks.'),
  sourceRef: z
    .looseObject({
      apiVersion: z.string().optional(),
      kind: z.enum(['OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact']),
      name: z.string(),
      namespace: z
        .string()
        .optional()
        .describe('Namespace of the source; that of the Kustomization when empty.'),
    })
    .describe('The source whose artifact is built.'),
  path: z.string().optional().describe('Directory in the artifact; its root when empty.'),
  prune: z.boolean().describe('Whether to delete objects that are no longer in the source.'),
  suspend: z.boolean().optional().describe('Stops reconciling; what was applied stays.'),
  force: z.boolean().default(false).describe('Whether to recreate objects whose immutable fields change.'),
  wait: z
    .boolean()
    .optional()
    .describe('Whether all applied objects must become healthy; healthChecks do not count then.'),
  deletionPolicy: z
    .enum(['MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'])
    .optional()
    .describe('What becomes of the applied objects when this one is deleted; MirrorPrune when empty.'),
  serviceAccountName: z
    .string()
    .optional()
    .describe('ServiceAccount of this namespace that applies the objects.'),
  targetNamespace: z.string().min(1).max(63).optional().describe('Namespace of all objects.'),
  namePrefix: z.string().min(1).max(200).optional().describe('Put before all names.'),
  nameSuffix: z.string().min(1).max(200).optional().describe('Put behind all names.'),
  commonMetadata: commonMetadata
    .optional()
    .describe('Labels and annotations of all objects, but not of their pod templates.'),
  components: z.array(z.string()).optional().describe('Paths of kustomize components, relative to path.'),
  ignoreMissingComponents: z.boolean().optional().describe('Whether components may be missing.'),
  images: z.array(image).optional().describe('Images to replace.'),
  patches: z.array(patch).optional().describe('Patches of built objects.'),
  ignore: z.array(ignoreRule).optional().describe('Fields of objects that are left to others.'),
  postBuild: postBuild.optional().describe('Variables to substitute in built objects.'),
  dependsOn: z.array(dependency).optional().describe('Kustomizations that must be ready first.'),
  healthChecks: z.array(objectReference).optional().describe('Objects that must become healthy.'),
  healthCheckExprs: z
    .array(healthCheckExpr)
    .optional()
    .describe('How the health of custom resources is told.'),
  decryption: z
    .looseObject({
      provider: z.enum(['sops']),
      secretRef: localRef.optional().describe('Secret with the keys.'),
      serviceAccountName: z.string().optional().describe('ServiceAccount whose cloud identity is used.'),
    })
    .optional()
    .describe('How encrypted files are read.'),
  kubeConfig: kubeConfig.optional().describe('Another cluster to apply to.'),
  buildMetadata: z
    .array(z.enum(['originAnnotations', 'transformerAnnotations']))
    .optional()
    .describe('Annotations that say where objects come from.'),
});

const status = z.looseObject({
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  conditions: z.array(condition).optional(),
  inventory: inventory.optional().describe('The objects that are or may be applied.'),
  lastAppliedRevision: z.string().optional().describe('The last revision applied and found healthy.'),
  lastAppliedOriginRevision: z.string().optional(),
  lastAttemptedRevision: z.string().optional().describe('The last revision tried.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the requestedAt annotation last answered.'),
  history: z
    .array(
      z.looseObject({
        digest: z.string().describe('Digest of the built objects.'),
        firstReconciled: dateTime,
        lastReconciled: dateTime,
        lastReconciledDuration: z.string(),
        lastReconciledStatus: z.string(),
        totalReconciliations: z.int(),
        metadata: stringMap.optional(),
      }),
    )
    .optional()
    .describe('The last reconciles, newest first.'),
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

export const kustomizationResource: CustomResource = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  shortNames: ['ks'],
  categories: ['all', 'fluxcd', 'fluxcd-appliers'],
  columns: [AGE, ...READY],
  description: 'A path of a source, built and kept applied.',
  spec,
  status,
};

/** The first field set in the spec that this release does not honour yet, as a path; undefined when there is none. */
export function unsupportedField(spec: KustomizationSpec): string | undefined {
  if (spec.decryption) return 'spec.decryption';
  if (spec.kubeConfig) return 'spec.kubeConfig';
  if (spec.buildMetadata?.length) return 'spec.buildMetadata';
  return spec.sourceRef.kind === 'GitRepository' ? undefined : 'spec.sourceRef.kind';
}
