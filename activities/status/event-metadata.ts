import { Annotation } from '../../api/names.ts';
import type { EventInput } from './events.ts';

const CONTROLLER: Readonly<Record<string, string>> = {
  GitRepository: 'source-controller',
  HelmRepository: 'source-controller',
  HelmChart: 'source-controller',
  Kustomization: 'kustomize-controller',
  HelmRelease: 'helm-controller',
  ImageRepository: 'image-reflector-controller',
  ImagePolicy: 'image-reflector-controller',
  ImageUpdateAutomation: 'image-automation-controller',
  Receiver: 'notification-controller',
  Provider: 'notification-controller',
  Alert: 'notification-controller',
};

/** The controller of Flux that events of a kind come from. */
export function reportingController(kind: string): string {
  return CONTROLLER[kind] ?? 'pawl';
}

/** The API group of an object; empty for the core's. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Metadata under the kind's API group, and the object's own event annotations. */
export function eventAnnotations({ object, metadata = {} }: EventInput): Record<string, string> {
  const group = groupOf(object.apiVersion);
  const own = Object.entries(metadata).map(([key, value]) => [`${group}/${key}`, value] as const);
  const copied = Object.entries(object.metadata.annotations ?? {}).filter(([key]) =>
    key.startsWith(Annotation.eventPrefix),
  );
  return Object.fromEntries([...own, ...copied]);
}
