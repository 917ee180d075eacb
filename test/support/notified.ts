import type { FluxEvent } from '../../activities/notify/event.ts';
import type { Alert, AlertSpec } from '../../api/alert.ts';
import type { Provider } from '../../api/provider.ts';

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

const API_VERSION = 'notification.toolkit.fluxcd.io/v1beta3';
const IDENTITY = { namespace: 'apps', uid: 'u-1', resourceVersion: '1', generation: 1 };

/** An Alert `apps/all` of the provider `sink`. */
export function alertOf(spec: Partial<AlertSpec>, annotations: Readonly<Record<string, string>> = {}): Alert {
  const metadata = { ...IDENTITY, name: 'all', annotations: { ...annotations } };
  const defaults = { providerRef: { name: 'sink' }, eventSeverity: 'info' as const, eventSources: [] };
  return { apiVersion: API_VERSION, kind: 'Alert', metadata, spec: { ...defaults, ...spec } };
}

/** A Provider `apps/sink`. */
export function providerOf(spec: Partial<Provider['spec']> = {}): Provider {
  const metadata = { ...IDENTITY, name: 'sink' };
  return { apiVersion: API_VERSION, kind: 'Provider', metadata, spec: { type: 'generic', ...spec } };
}
