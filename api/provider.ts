import { z } from 'zod';
import { AGE, type CustomResource } from './custom-resource.ts';
import { duration, localRef, metadata, shortDuration } from './fields.ts';

export const providerType = z.enum([
  'slack',
  'discord',
  'msteams',
  'rocket',
  'generic',
  'generic-hmac',
  'github',
  'gitlab',
  'gitea',
  'giteapullrequestcomment',
  'bitbucketserver',
  'bitbucket',
  'azuredevops',
  'googlechat',
  'googlepubsub',
  'webex',
  'sentry',
  'azureeventhub',
  'telegram',
  'lark',
  'matrix',
  'opsgenie',
  'alertmanager',
  'grafana',
  'githubdispatch',
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'pagerduty',
  'datadog',
  'nats',
  'zulip',
  'otel',
  'zoom',
  'incident.io',
]);
export type ProviderType = z.infer<typeof providerType>;

const STATUS_TYPES = ['github', 'gitlab', 'gitea', 'bitbucketserver', 'bitbucket', 'azuredevops'] as const;

const spec = z
  .looseObject({
    type: providerType.describe('Who is told.'),
    interval: duration.optional().describe('Accepted and without effect.'),
    channel: z.string().max(2048).optional().describe('Channel, room or topic.'),
    username: z.string().max(2048).optional().describe('The name under which is posted.'),
    address: z.string().max(2048).optional().describe('Where; the key address of the Secret comes before.'),
    timeout: shortDuration.optional().describe('Bound of one delivery; 15s when empty.'),
    proxy: z
      .string()
      .max(2048)
      .meta({ pattern: '^(http|https)://.*$' })
      .optional()
      .describe('Address of a proxy; proxySecretRef comes before.'),
    proxySecretRef: localRef.optional().describe('Secret with the address and credentials of a proxy.'),
    secretRef: localRef
      .optional()
      .describe('Secret with the keys token, username, password, address and headers, as the type needs.'),
    serviceAccountName: z.string().optional().describe('ServiceAccount whose cloud identity is used.'),
    certSecretRef: localRef
      .optional()
      .describe('Secret with ca.crt, or with tls.crt and tls.key of a client, or all of them.'),
    suspend: z.boolean().optional().describe('Drops all events.'),
    commitStatusExpr: z
      .string()
      .optional()
      .describe('CEL over event, provider and alert: the name of a commit status.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: `${STATUS_TYPES.map((type) => `self.type == '${type}'`).join(' || ')} || !has(self.commitStatusExpr)`,
        message: `spec.commitStatusExpr is only supported for the ${STATUS_TYPES.map((type) => `'${type}'`).join(', ')} provider types`,
      },
    ],
  });

/** Somebody who is told of events. */
export const provider = z.looseObject({
  apiVersion: z.literal('notification.toolkit.fluxcd.io/v1beta3'),
  kind: z.literal('Provider'),
  metadata,
  spec,
});
export type Provider = z.infer<typeof provider>;

export const providerResource: CustomResource = {
  group: 'notification.toolkit.fluxcd.io',
  version: 'v1beta3',
  kind: 'Provider',
  plural: 'providers',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-notifications'],
  columns: [AGE],
  description: 'Somebody who is told of events.',
  spec,
};
