import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { eventSourceFields } from './event-source.ts';
import { duration, localRef, metadata, reconciled } from './fields.ts';

const resource = z.looseObject({
  ...eventSourceFields,
  filter: z.string().optional().describe('CEL over res, req and claims: whether the object is reconciled.'),
});

const oidcProvider = z.looseObject({
  issuerURL: z.string().meta({ pattern: '^https?://' }).describe('Who issues the tokens.'),
  audience: z.string().optional().describe('For whom tokens have to be; notification-controller when empty.'),
  variables: z
    .array(z.looseObject({ name: z.string(), expression: z.string() }))
    .optional()
    .describe('CEL over claims and earlier vars; each becomes vars.<name>.'),
  validations: z
    .array(z.looseObject({ expression: z.string(), message: z.string() }))
    .min(1)
    .describe('CEL that has to hold, each with what is answered when it does not.'),
});

const spec = z
  .looseObject({
    type: z
      .enum([
        'generic',
        'generic-hmac',
        'generic-oidc',
        'github',
        'gitlab',
        'bitbucket',
        'harbor',
        'dockerhub',
        'quay',
        'gcr',
        'nexus',
        'acr',
        'cdevents',
      ])
      .describe('Who sends, and so how a request is authenticated and read.'),
    interval: duration.default('10m').describe('How often the Secret is read.'),
    events: z.array(z.string()).optional().describe('Events that are answered; all when empty.'),
    resources: z.array(resource).describe('What is reconciled.'),
    resourceFilter: z
      .string()
      .optional()
      .describe('CEL over res, req and claims: whether an object of resources is reconciled.'),
    secretRef: localRef.optional().describe('Secret with the token that authenticates requests.'),
    oidcProviders: z
      .array(oidcProvider)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['issuerURL'] })
      .describe('Whose tokens authenticate requests; only of generic-oidc.'),
    suspend: z.boolean().optional().describe('Answers no requests.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.type != 'generic-oidc' || (has(self.oidcProviders) && size(self.oidcProviders) > 0)",
        message: 'generic-oidc receivers must define at least one oidcProvider',
      },
      {
        rule: "self.type == 'generic-oidc' || !has(self.oidcProviders) || size(self.oidcProviders) == 0",
        message: 'oidcProviders can only be set when type is generic-oidc',
      },
      {
        rule: "self.type != 'generic-oidc' || !has(self.secretRef)",
        message: 'secretRef cannot be set when type is generic-oidc',
      },
      {
        rule: "self.type == 'generic-oidc' || has(self.secretRef)",
        message: 'secretRef is required when type is not generic-oidc',
      },
    ],
  });

const status = z.looseObject({
  ...reconciled,
  webhookPath: z.string().optional().describe('Where requests are answered: /hook/<digest>.'),
});

/** Turns webhooks into reconciles. */
export const receiver = z.looseObject({
  apiVersion: z.literal('notification.toolkit.fluxcd.io/v1'),
  kind: z.literal('Receiver'),
  metadata,
  spec,
  status: status.optional(),
});
export type Receiver = z.infer<typeof receiver>;
export type ReceiverSpec = Receiver['spec'];
export type ReceiverStatus = NonNullable<Receiver['status']>;

export const receiverResource: CustomResource = {
  group: 'notification.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Receiver',
  plural: 'receivers',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-notifications'],
  columns: [AGE, ...READY],
  description: 'Turns webhooks into reconciles.',
  spec,
  status,
};
