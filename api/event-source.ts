import { z } from 'zod';
import { stringMap } from './fields.ts';

/** The kinds whose objects notifications and webhooks may be about. */
export const eventKind = z.enum([
  'Bucket',
  'GitRepository',
  'Kustomization',
  'HelmRelease',
  'HelmChart',
  'HelmRepository',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
  'OCIRepository',
  'ArtifactGenerator',
  'ExternalArtifact',
]);

/** Fields that name one object, or all of a kind. */
export const eventSourceFields = {
  apiVersion: z.string().optional(),
  kind: eventKind,
  name: z.string().min(1).max(253).describe('A name, or * for all.'),
  namespace: z.string().min(1).max(253).optional().describe('That of this object when empty.'),
  matchLabels: stringMap.optional().describe('Labels that objects have, all of them; only with the name *.'),
};

export const eventSource = z.looseObject(eventSourceFields);
export type EventSource = z.infer<typeof eventSource>;
