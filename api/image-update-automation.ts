import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { dateTime, duration, labelSelector, localRef, metadata, reconciled, stringMap } from './fields.ts';
import { gitReference } from './git-repository.ts';
import { imageRef } from './image-policy.ts';

const commit = z.looseObject({
  author: z.looseObject({
    name: z.string().optional(),
    email: z.string(),
  }),
  messageTemplate: z
    .string()
    .optional()
    .describe('Go template of the message, over .AutomationObject, .Changed and .Values.'),
  messageTemplateValues: stringMap.optional().describe('.Values of the template.'),
  signingKey: z
    .looseObject({
      type: z.enum(['gpg', 'ssh']).optional().describe('gpg when empty.'),
      secretRef: localRef.describe('Secret with git.asc and passphrase, or with identity and password.'),
    })
    .optional()
    .describe('What signs the commits.'),
});

const push = z.looseObject({
  branch: z
    .string()
    .optional()
    .describe('Where commits go; the branch that was checked out when empty. Made when it is missing.'),
  refspec: z.string().optional().describe('Where commits go as well.'),
  options: stringMap.optional().describe('Push options for the server.'),
});

const git = z
  .looseObject({
    checkout: z
      .looseObject({ ref: gitReference })
      .optional()
      .describe('What is edited; the ref of the GitRepository when absent.'),
    commit,
    push: push.optional(),
  })
  .describe('How changes are committed and pushed.');

const update = z
  .looseObject({
    strategy: z
      .enum(['Setters'])
      .default('Setters')
      .describe('Setters replaces scalars that a comment marks.'),
    path: z.string().optional().describe('Directory that is edited; the whole tree when empty.'),
  })
  .default({ strategy: 'Setters' });

const spec = z.looseObject({
  sourceRef: z.looseObject({
    apiVersion: z.string().optional(),
    kind: z.enum(['GitRepository']).default('GitRepository'),
    name: z.string(),
    namespace: z.string().optional().describe('That of this object when empty.'),
  }),
  git: git.optional(),
  interval: duration.describe('How often the branch is compared with the policies.'),
  policySelector: labelSelector
    .optional()
    .describe('The policies of this namespace that count; all of them when absent.'),
  update: update.optional(),
  suspend: z.boolean().optional().describe('Stops committing.'),
});

const status = z.looseObject({
  ...reconciled,
  lastAutomationRunTime: dateTime.optional().describe('When the branch was compared last.'),
  lastPushCommit: z.string().optional().describe('The last commit that was pushed.'),
  lastPushTime: dateTime.optional().describe('When that was.'),
  observedPolicies: z
    .record(z.string(), imageRef)
    .optional()
    .describe('The images of the policies that the branch was compared with.'),
  observedSourceRevision: z.string().optional().describe('The revision that was compared.'),
});

/** Commits the images that policies chose. */
export const imageUpdateAutomation = z.looseObject({
  apiVersion: z.literal('image.toolkit.fluxcd.io/v1'),
  kind: z.literal('ImageUpdateAutomation'),
  metadata,
  spec,
  status: status.optional(),
});
export type ImageUpdateAutomation = z.infer<typeof imageUpdateAutomation>;
export type ImageUpdateAutomationStatus = NonNullable<ImageUpdateAutomation['status']>;

export const imageUpdateAutomationResource: CustomResource = {
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'ImageUpdateAutomation',
  plural: 'imageupdateautomations',
  shortNames: ['iua', 'imgupd', 'imgauto'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  columns: [
    ...READY,
    { name: 'Last run', type: 'string', jsonPath: '.status.lastAutomationRunTime', priority: 1 },
    AGE,
  ],
  description: 'Commits the images that policies chose.',
  spec,
  status,
};
