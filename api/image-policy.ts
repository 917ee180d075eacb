import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { duration, metadata, reconciled } from './fields.ts';

const order = z
  .enum(['asc', 'desc'])
  .default('asc')
  .describe('asc takes the last of the ascending order, desc the first.');

const policy = z
  .looseObject({
    semver: z
      .looseObject({ range: z.string().describe('A range of versions, the highest of which is taken.') })
      .optional(),
    alphabetical: z.looseObject({ order: order.optional() }).optional(),
    numerical: z.looseObject({ order: order.optional() }).optional(),
  })
  .describe('How the tag is chosen: the first of these that is set counts.');

const filterTags = z
  .looseObject({
    pattern: z.string().optional().describe('Regular expression (RE2) that a tag has to match.'),
    extract: z
      .string()
      .optional()
      .describe('Groups of the pattern by which tags are compared, such as $ts; the tag when empty.'),
  })
  .describe('Which tags are chosen from.');

const spec = z
  .looseObject({
    imageRepositoryRef: z
      .looseObject({
        name: z.string(),
        namespace: z.string().optional().describe('That of this object when empty.'),
      })
      .describe('The ImageRepository whose tags are chosen from.'),
    policy,
    filterTags: filterTags.optional(),
    digestReflectionPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('Never')
      .describe('Whether the digest of the image is looked up: each time, once for a tag, or not.'),
    interval: duration.optional().describe('How often the digest is looked up; only with Always.'),
    suspend: z.boolean().optional().describe('Stops choosing; the last choice stays.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "!has(self.interval) || (has(self.digestReflectionPolicy) && self.digestReflectionPolicy == 'Always')",
        message: "spec.interval is only accepted when spec.digestReflectionPolicy is set to 'Always'",
      },
      {
        rule: "has(self.interval) || !has(self.digestReflectionPolicy) || self.digestReflectionPolicy != 'Always'",
        message: "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
      },
    ],
  });

/** An image with its tag, and its digest where one was looked up. */
export const imageRef = z.looseObject({
  name: z.string().describe('The image without tag.'),
  tag: z.string(),
  digest: z.string().optional(),
});
export type ImageRef = z.infer<typeof imageRef>;

const status = z.looseObject({
  ...reconciled,
  latestRef: imageRef.optional().describe('The image that was chosen.'),
  observedPreviousRef: imageRef.optional().describe('The image that was chosen before.'),
  observedScanRevision: z
    .string()
    .optional()
    .describe('Checksum of the tags that were chosen from; an addition of Pawl.'),
});

/** Chooses a tag of an ImageRepository. */
export const imagePolicy = z.looseObject({
  apiVersion: z.literal('image.toolkit.fluxcd.io/v1'),
  kind: z.literal('ImagePolicy'),
  metadata,
  spec,
  status: status.optional(),
});
export type ImagePolicy = z.infer<typeof imagePolicy>;
export type ImagePolicySpec = ImagePolicy['spec'];
export type ImagePolicyStatus = NonNullable<ImagePolicy['status']>;

export const imagePolicyResource: CustomResource = {
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'ImagePolicy',
  plural: 'imagepolicies',
  shortNames: ['imgpol', 'imagepol'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.status.latestRef.name' },
    { name: 'Tag', type: 'string', jsonPath: '.status.latestRef.tag' },
    ...READY,
    AGE,
  ],
  description: 'Chooses a tag of an ImageRepository.',
  spec,
  status,
};
