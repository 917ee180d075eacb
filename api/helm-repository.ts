import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { accessFrom, artifact, condition, duration, localRef, metadata, shortDuration } from './fields.ts';

const spec = z.looseObject({
  url: z
    .string()
    .meta({ pattern: '^(http|https|oci)://.*$' })
    .describe('Address of the repository: http or https of one with an index, oci of one in a registry.'),
  type: z
    .enum(['default', 'oci'])
    .optional()
    .describe('oci for a registry, which has no index: such an object is only read by others.'),
  interval: duration.optional().describe('How often the index is fetched; 1m when empty.'),
  timeout: shortDuration.optional().describe('Bound of a fetch; 1m when empty.'),
  secretRef: localRef.optional().describe('Secret with a username and password, or a docker config for oci.'),
  certSecretRef: localRef
    .optional()
    .describe('Secret with ca.crt, or with tls.crt and tls.key of a client, or all of them.'),
  passCredentials: z
    .boolean()
    .optional()
    .describe('Whether credentials also go to other hosts on which charts of the index are.'),
  insecure: z.boolean().optional().describe('Whether a registry may be spoken to without TLS.'),
  provider: z
    .enum(['generic', 'aws', 'azure', 'gcp'])
    .default('generic')
    .describe('Where credentials of a registry come from; generic reads the Secret only.'),
  suspend: z.boolean().optional().describe('Stops reconciling; the last index stays.'),
  accessFrom: accessFrom.optional().describe('Accepted and without effect.'),
});

const status = z.looseObject({
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  conditions: z.array(condition).optional(),
  artifact: artifact.optional().describe('The last index that was fetched.'),
  url: z.string().optional().describe('Where the newest artifact is, whatever its name.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the requestedAt annotation last answered.'),
});

/** A place that charts come from. */
export const helmRepository = z.looseObject({
  apiVersion: z.literal('source.toolkit.fluxcd.io/v1'),
  kind: z.literal('HelmRepository'),
  metadata,
  spec,
  status: status.optional(),
});
export type HelmRepository = z.infer<typeof helmRepository>;
export type HelmRepositorySpec = HelmRepository['spec'];

export const helmRepositoryResource: CustomResource = {
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'HelmRepository',
  plural: 'helmrepositories',
  shortNames: ['helmrepo'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }, AGE, ...READY],
  description: 'A place that charts come from.',
  spec,
  status,
};

/** Of a HelmRepository that names none. */
export const DEFAULT_REPOSITORY_INTERVAL = '1m';
export const DEFAULT_REPOSITORY_TIMEOUT = '1m';

/** Whether the repository is a registry: such an object has no status and no artifact, and nobody reconciles it. */
export function isOci({ type }: Pick<HelmRepositorySpec, 'type'>): boolean {
  return type === 'oci';
}
