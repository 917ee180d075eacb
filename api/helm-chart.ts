import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { artifact, condition, duration, localRef, metadata } from './fields.ts';

/** The kinds of sources that charts come from. */
export const chartSourceKind = z.enum(['HelmRepository', 'GitRepository', 'Bucket']);

const reconcileStrategy = z
  .enum(['ChartVersion', 'Revision'])
  .default('ChartVersion')
  .describe('What makes a new artifact: another version of the chart, or any revision of the source.');

/** Fields that a HelmChart has in common with the template of one in a HelmRelease. */
export const chartFields = {
  version: z
    .string()
    .default('*')
    .describe('A version or range of a HelmRepository; without meaning for others.'),
  valuesFiles: z
    .array(z.string())
    .optional()
    .describe('Files of the source that take the place of values.yaml, later ones coming before.'),
  ignoreMissingValuesFiles: z.boolean().optional().describe('Whether a file of valuesFiles may be missing.'),
  reconcileStrategy,
};

const verify = z
  .looseObject({
    provider: z.enum(['cosign', 'notation']).default('cosign'),
    secretRef: localRef.optional().describe('Secret with public keys.'),
    matchOIDCIdentity: z
      .array(z.looseObject({ issuer: z.string(), subject: z.string() }))
      .optional()
      .describe('Who may have signed without a key.'),
  })
  .describe('The signature that a chart of a registry needs.');

const spec = z
  .looseObject({
    chart: z.string().describe('Name in a HelmRepository, or path in another source.'),
    sourceRef: z.looseObject({
      apiVersion: z.string().optional(),
      kind: chartSourceKind,
      name: z.string(),
    }),
    interval: duration.describe('How often the source is asked for a newer version.'),
    ...chartFields,
    suspend: z.boolean().optional().describe('Stops reconciling; the last artifact stays.'),
    verify: verify.optional(),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
        message: "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
      },
    ],
  });

const status = z.looseObject({
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  conditions: z.array(condition).optional(),
  artifact: artifact.optional().describe('The last chart that was made.'),
  url: z.string().optional().describe('Where the newest artifact is, whatever its name.'),
  observedChartName: z.string().optional().describe('The name in the metadata of the chart.'),
  observedSourceArtifactRevision: z.string().optional().describe('Of the source that the chart came from.'),
  observedValuesFiles: z.array(z.string()).optional().describe('The files that values came from.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the requestedAt annotation last answered.'),
});

/** One chart of a source. */
export const helmChart = z.looseObject({
  apiVersion: z.literal('source.toolkit.fluxcd.io/v1'),
  kind: z.literal('HelmChart'),
  metadata,
  spec,
  status: status.optional(),
});
export type HelmChart = z.infer<typeof helmChart>;
export type HelmChartSpec = HelmChart['spec'];
export type HelmChartStatus = NonNullable<HelmChart['status']>;

export const helmChartResource: CustomResource = {
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'HelmChart',
  plural: 'helmcharts',
  shortNames: ['hc'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [
    { name: 'Chart', type: 'string', jsonPath: '.spec.chart' },
    { name: 'Version', type: 'string', jsonPath: '.spec.version' },
    { name: 'Source Kind', type: 'string', jsonPath: '.spec.sourceRef.kind' },
    { name: 'Source Name', type: 'string', jsonPath: '.spec.sourceRef.name' },
    AGE,
    ...READY,
  ],
  description: 'One chart of a source.',
  spec,
  status,
};

/** The first field set in the spec that this release does not honour yet, as a path; undefined when there is none. */
export function unsupportedField({ sourceRef, verify: signature }: HelmChartSpec): string | undefined {
  if (sourceRef.kind === 'Bucket') return 'spec.sourceRef.kind: Bucket';
  if (signature === undefined) return undefined;
  if (signature.provider === 'notation') return 'spec.verify.provider: notation';
  return signature.secretRef === undefined ? 'spec.verify without secretRef' : undefined;
}
