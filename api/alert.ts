import { z } from 'zod';
import { AGE, type CustomResource } from './custom-resource.ts';
import { eventSource } from './event-source.ts';
import { localRef, metadata, stringMap } from './fields.ts';

const spec = z.looseObject({
  providerRef: localRef.describe('Who is told.'),
  eventSeverity: z
    .enum(['info', 'error'])
    .default('info')
    .describe('info tells everything, error only what went wrong.'),
  eventSources: z.array(eventSource).describe('Whose events are told.'),
  inclusionList: z
    .array(z.string())
    .optional()
    .describe('Regular expressions (RE2): only messages that match one are told.'),
  exclusionList: z
    .array(z.string())
    .optional()
    .describe('Regular expressions (RE2): messages that match one are not told.'),
  eventMetadata: stringMap.optional().describe('What is added to the metadata of events.'),
  summary: z.string().max(255).optional().describe('Becomes the metadata summary; eventMetadata does more.'),
  suspend: z.boolean().optional().describe('Drops all events.'),
});

/** Which events are told, and to whom. */
export const alert = z.looseObject({
  apiVersion: z.literal('notification.toolkit.fluxcd.io/v1beta3'),
  kind: z.literal('Alert'),
  metadata,
  spec,
});
export type Alert = z.infer<typeof alert>;
export type AlertSpec = Alert['spec'];

export const alertResource: CustomResource = {
  group: 'notification.toolkit.fluxcd.io',
  version: 'v1beta3',
  kind: 'Alert',
  plural: 'alerts',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-notifications'],
  columns: [AGE],
  description: 'Which events are told, and to whom.',
  spec,
};
