import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { accessFrom, dateTime, duration, localRef, metadata, reconciled, shortDuration } from './fields.ts';

const DEFAULT_EXCLUSIONS = ['^.*\\.sig$'];

const spec = z.looseObject({
  image: z.string().describe('Name of the image, without scheme and tag.'),
  interval: duration.describe('How often the registry is asked for tags.'),
  timeout: shortDuration.optional().describe('Bound of a scan; the interval when empty.'),
  secretRef: localRef.optional().describe('Secret with a docker config for the registry.'),
  certSecretRef: localRef
    .optional()
    .describe('Secret with ca.crt, or with tls.crt and tls.key of a client, or all of them.'),
  proxySecretRef: localRef.optional().describe('Secret with the address and credentials of a proxy.'),
  serviceAccountName: z
    .string()
    .max(253)
    .optional()
    .describe('ServiceAccount whose pull secrets, or whose cloud identity, are used.'),
  provider: z
    .enum(['generic', 'aws', 'azure', 'gcp'])
    .default('generic')
    .describe('Where credentials come from; generic reads Secrets only.'),
  insecure: z.boolean().optional().describe('Whether the registry may be spoken to without TLS.'),
  exclusionList: z
    .array(z.string())
    .max(25)
    .default(DEFAULT_EXCLUSIONS)
    .describe('Regular expressions (RE2) of tags that are left out.'),
  accessFrom: accessFrom
    .optional()
    .describe('Namespaces whose policies may refer to this object, beside its own.'),
  suspend: z.boolean().optional().describe('Stops scanning; the last result stays.'),
});

const scanResult = z.looseObject({
  revision: z.string().optional().describe('Checksum of the tags.'),
  tagCount: z.int().describe('How many tags there are, without excluded ones.'),
  scanTime: dateTime.optional().describe('When the registry was asked last.'),
  latestTags: z.array(z.string()).optional().describe('The ten last tags of the alphabet, downwards.'),
});

const status = z.looseObject({
  ...reconciled,
  canonicalImageName: z.string().optional().describe('The image with its registry, as it was scanned.'),
  lastScanResult: scanResult.optional().describe('What the last scan found.'),
  observedExclusionList: z.array(z.string()).optional().describe('spec.exclusionList of the last scan.'),
});

/** An image whose tags are scanned. */
export const imageRepository = z.looseObject({
  apiVersion: z.literal('image.toolkit.fluxcd.io/v1'),
  kind: z.literal('ImageRepository'),
  metadata,
  spec,
  status: status.optional(),
});
export type ImageRepository = z.infer<typeof imageRepository>;
export type ImageRepositoryStatus = NonNullable<ImageRepository['status']>;

export const imageRepositoryResource: CustomResource = {
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'ImageRepository',
  plural: 'imagerepositories',
  shortNames: ['imgrepo', 'imagerepo'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Tags', type: 'string', jsonPath: '.status.lastScanResult.tagCount' },
    ...READY,
    { name: 'Last scan', type: 'string', jsonPath: '.status.lastScanResult.scanTime', priority: 1 },
    AGE,
  ],
  description: 'An image whose tags are scanned.',
  spec,
  status,
};
