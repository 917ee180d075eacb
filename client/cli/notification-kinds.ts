import { type KindInfo, never, SUSPENDED } from './kind-info.ts';

const COMMON = { family: undefined, aliases: [], cutsMessage: false } as const;

export const receiver: KindInfo = {
  ...COMMON,
  kind: 'Receiver',
  apiVersion: 'notification.toolkit.fluxcd.io/v1',
  plural: 'receivers',
  human: 'receiver',
  command: 'receiver',
  columns: [SUSPENDED],
  wide: [
    { name: 'Type', cell: ({ spec }) => spec.type ?? '' },
    { name: 'Path', cell: ({ status }) => status?.webhookPath ?? '' },
  ],
  success: () => 'Receiver reconciliation completed',
  hasStatus: true,
  isStatic: never,
};

// Nobody reconciles these two: they are read when there is something to tell.
const UNOBSERVED = { ...COMMON, hasStatus: false, isStatic: () => true } as const;

export const provider: KindInfo = {
  ...UNOBSERVED,
  kind: 'Provider',
  apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
  plural: 'providers',
  human: 'alert provider',
  command: 'alert-provider',
  columns: [],
  // No address: those of some services are secrets.
  wide: [
    { name: 'Type', cell: ({ spec }) => spec.type ?? '' },
    { name: 'Channel', cell: ({ spec }) => spec.channel ?? '' },
  ],
  success: () => 'Provider reconciliation completed',
};

export const alert: KindInfo = {
  ...UNOBSERVED,
  kind: 'Alert',
  apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
  plural: 'alerts',
  human: 'alert',
  command: 'alert',
  columns: [SUSPENDED],
  wide: [
    { name: 'Provider', cell: ({ spec }) => spec.providerRef?.name ?? '' },
    { name: 'Severity', cell: ({ spec }) => spec.eventSeverity ?? 'info' },
  ],
  success: () => 'Alert reconciliation completed',
};
