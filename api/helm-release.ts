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
} from './fields.ts';
import { install, rollback, test, uninstall, upgrade } from './helm-actions.ts';
import { chartFields, chartSourceKind } from './helm-chart.ts';

const flag = z.boolean().optional();
const namespace = z.string().min(1).max(63);
const name = z.string().min(1).max(253);

const chart = z
  .looseObject({
    metadata: commonMetadata.optional().describe('Labels and annotations of the HelmChart.'),
    spec: z.looseObject({
      chart: z.string().min(1).max(2048).describe('Name in a HelmRepository, or path in another source.'),
      sourceRef: z.looseObject({
        apiVersion: z.string().optional(),
        kind: chartSourceKind,
        name,
        namespace: namespace.optional().describe('That of this object when empty.'),
      }),
      interval: duration.optional().describe('That of this object when empty.'),
      ...chartFields,
      verify: z
        .looseObject({
          provider: z.enum(['cosign', 'notation']).default('cosign'),
          secretRef: localRef.optional(),
        })
        .optional(),
    }),
  })
  .describe('The HelmChart that is made for this release.');

const spec = z
  .looseObject({
    interval: duration.describe('How often the release is compared with what is wanted.'),
    timeout: duration.optional().describe('Bound of each action of helm; 5m when empty.'),
    chart: chart.optional(),
    chartRef: z
      .looseObject({
        apiVersion: z.string().optional(),
        kind: z.enum(['OCIRepository', 'HelmChart', 'ExternalArtifact']),
        name,
        namespace: namespace.optional().describe('That of this object when empty.'),
      })
      .optional()
      .describe('A chart that is there already, instead of one made for this release.'),
    suspend: flag.describe('Stops reconciling; the release stays.'),
    releaseName: z.string().min(1).max(53).optional().describe('[<targetNamespace>-]<name> when empty.'),
    targetNamespace: namespace.optional().describe('Of the release; that of this object when empty.'),
    storageNamespace: namespace.optional().describe("Of helm's records; that of this object when empty."),
    serviceAccountName: name.optional().describe('ServiceAccount of this namespace that helm acts as.'),
    kubeConfig: kubeConfig.optional().describe('Another cluster to install into.'),
    persistentClient: flag,
    maxHistory: z.int().optional().describe('How many revisions helm keeps; 5 when empty, 0 for all.'),
    dependsOn: z.array(dependency).optional().describe('HelmReleases that must be ready first.'),
    values: z
      .unknown()
      .meta({ 'x-kubernetes-preserve-unknown-fields': true })
      .optional()
      .describe('Values of the chart.'),
    valuesFrom: z
      .array(
        z.looseObject({
          kind: z.enum(['Secret', 'ConfigMap']),
          name,
          valuesKey: z
            .string()
            .max(253)
            .meta({ pattern: '^[\\-._a-zA-Z0-9]+$' })
            .optional()
            .describe('values.yaml when empty.'),
          targetPath: z
            .string()
            .max(250)
            .meta({ pattern: '^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$' })
            .optional()
            .describe('Where the value goes, with dots between keys; the whole is values when empty.'),
          literal: flag.describe('Whether the value at targetPath is a string, whatever it looks like.'),
          optional: flag.describe('Whether it may be missing.'),
        }),
      )
      .optional()
      .describe('Objects of this namespace with values; later ones come before, values before all.'),
    install,
    upgrade,
    test,
    rollback,
    uninstall,
    driftDetection: z
      .looseObject({
        mode: z.enum(['enabled', 'warn', 'disabled']).optional().describe('disabled when empty.'),
        ignore: z.array(ignoreRule).optional(),
      })
      .optional()
      .describe('Whether the cluster is compared with the manifest of the release, and corrected.'),
    postRenderers: z
      .array(
        z.looseObject({
          kustomize: z
            .looseObject({ patches: z.array(patch).optional(), images: z.array(image).optional() })
            .optional(),
        }),
      )
      .optional()
      .describe('Changes to what the chart renders.'),
    postRenderStrategy: z
      .enum(['nohooks', 'combined', 'separate'])
      .optional()
      .describe('combined when empty.'),
    commonMetadata: commonMetadata.optional().describe('Labels and annotations of all objects.'),
    waitStrategy: z
      .looseObject({ name: z.enum(['poller', 'legacy']) })
      .optional()
      .describe('How readiness is told; poller when empty.'),
    healthCheckExprs: z
      .array(healthCheckExpr)
      .optional()
      .describe('How the health of custom resources is told.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))',
        message: 'either chart or chartRef must be set',
      },
    ],
  });

const snapshot = z.looseObject({
  apiVersion: z.string().optional(),
  name: z.string(),
  namespace: z.string(),
  version: z.int(),
  status: z.string(),
  digest: z.string().describe('Of the release as helm stored it.'),
  configDigest: z.string().describe('Of its values.'),
  ociDigest: z.string().optional(),
  chartName: z.string(),
  chartVersion: z.string(),
  appVersion: z.string().optional(),
  action: z.string().optional(),
  firstDeployed: dateTime,
  lastDeployed: dateTime,
  deleted: dateTime.optional(),
  testHooks: z
    .record(
      z.string(),
      z.looseObject({
        phase: z.string().optional(),
        lastStarted: dateTime.optional(),
        lastCompleted: dateTime.optional(),
      }),
    )
    .optional(),
});

const status = z.looseObject({
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  observedPostRenderersDigest: z.string().optional(),
  observedCommonMetadataDigest: z.string().optional(),
  conditions: z.array(condition).optional(),
  helmChart: z.string().optional().describe('The HelmChart made for this release, <namespace>/<name>.'),
  storageNamespace: namespace.optional().describe('Where the records of the release are.'),
  history: z.array(snapshot).optional().describe('The releases made for this object, newest first.'),
  inventory: inventory.optional().describe('The objects of the release.'),
  failures: z.int().optional(),
  installFailures: z.int().optional(),
  upgradeFailures: z.int().optional(),
  lastAttemptedGeneration: z.int().optional(),
  lastAttemptedRevision: z.string().optional().describe('The version of the chart last tried.'),
  lastAttemptedRevisionDigest: z.string().optional(),
  lastAttemptedReleaseAction: z.enum(['install', 'upgrade']).optional(),
  lastAttemptedReleaseActionDuration: z.string().optional(),
  lastAttemptedConfigDigest: z.string().optional(),
  lastAttemptedValuesChecksum: z.string().optional(),
  lastReleaseRevision: z.int().optional(),
  lastHandledForceAt: z.string().optional(),
  lastHandledResetAt: z.string().optional(),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the requestedAt annotation last answered.'),
});

/** A chart with values, kept released. */
export const helmRelease = z.looseObject({
  apiVersion: z.literal('helm.toolkit.fluxcd.io/v2'),
  kind: z.literal('HelmRelease'),
  metadata,
  spec,
  status: status.optional(),
});
export type HelmRelease = z.infer<typeof helmRelease>;
export type HelmReleaseSpec = HelmRelease['spec'];
export type HelmReleaseStatus = NonNullable<HelmRelease['status']>;
export type Snapshot = z.infer<typeof snapshot>;

export const helmReleaseResource: CustomResource = {
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  shortNames: ['hr'],
  categories: ['all', 'fluxcd', 'fluxcd-appliers'],
  columns: [AGE, ...READY],
  description: 'A chart with values, kept released.',
  spec,
  status,
};

/** The first field set in the spec that this release does not honour yet, as a path; undefined when there is none. */
export function unsupportedField({ kubeConfig: remote, chartRef }: HelmReleaseSpec): string | undefined {
  if (remote !== undefined) return 'spec.kubeConfig';
  const isSupported = chartRef === undefined || chartRef.kind === 'HelmChart';
  return isSupported ? undefined : `spec.chartRef.kind: ${chartRef.kind}`;
}
