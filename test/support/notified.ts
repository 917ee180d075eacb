import type { FluxEvent } from '../../activities/notify/event.ts';

/** An event about the Kustomization `apps/web`, on its way to somebody. */
export const NOTIFIED: FluxEvent = {
  involvedObject: {
    kind: 'Kustomization',
    namespace: 'apps',
    name: 'web',
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  },
  severity: 'info',
  timestamp: '2026-11-22T12:00:00Z',
  message: 'it is done',
  reason: 'ReconciliationSucceeded',
  reportingController: 'kustomize-controller',
};
