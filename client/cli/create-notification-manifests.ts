import type { KubeObject } from '../../api/kube-object.ts';
import { kindAndName, kindNameNamespace, labels, type ObjectName, objectName } from './create-fields.ts';
import { KINDS } from './kinds.ts';

export interface ReceiverOptions {
  readonly label?: readonly string[];
  readonly type?: string;
  readonly secretRef?: string;
  readonly event?: readonly string[];
  readonly resource?: readonly string[];
}

// One that checks tokens of an issuer needs fields for which there is no flag.
const RECEIVER_TYPES = [
  'generic',
  'generic-hmac',
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
];

/** The Receiver that a command line describes; throws `flux`'s sentences for what is missing or wrong. */
export function receiverManifest(at: ObjectName, options: ReceiverOptions): KubeObject {
  const name = objectName(at);
  const { type, secretRef, event: events, resource: resources = [] } = options;
  if (type === undefined) throw new Error('Receiver type is required');
  if (!RECEIVER_TYPES.includes(type))
    throw new Error(`invalid argument "${type}" for "--type" flag: ${problemOfType(type)}`);
  if (!secretRef) throw new Error('secret ref is required');
  const references = resources.map((text) => {
    const { kind, name: resource } = kindAndName(text);
    if (!kind) throw new Error(`invalid event source '${text}', must be in format <kind>/<name>`);
    return { kind, name: resource };
  });
  if (references.length === 0) throw new Error('atleast one resource is required');
  return {
    apiVersion: KINDS.Receiver.apiVersion,
    kind: KINDS.Receiver.kind,
    metadata: { ...name, ...labels(options.label) },
    spec: {
      type,
      ...(events?.length && { events }),
      resources: references,
      secretRef: { name: secretRef },
    },
  };
}

function problemOfType(type: string): string {
  if (type.trim() === '') return 'no receiver type given, please specify the receiver type';
  return `receiver type '${type}' is not supported, must be one of: ${RECEIVER_TYPES.join(', ')}`;
}

export interface ProviderOptions {
  readonly label?: readonly string[];
  readonly type?: string;
  readonly channel?: string;
  readonly username?: string;
  readonly address?: string;
  readonly secretRef?: string;
}

/** The Provider that a command line describes. */
export function providerManifest(at: ObjectName, options: ProviderOptions): KubeObject {
  const name = objectName(at);
  const { type, channel, username, address, secretRef } = options;
  if (!type) throw new Error('Provider type is required');
  return {
    apiVersion: KINDS.Provider.apiVersion,
    kind: KINDS.Provider.kind,
    metadata: { ...name, ...labels(options.label) },
    spec: {
      type,
      ...(channel && { channel }),
      ...(username && { username }),
      ...(address && { address }),
      ...(secretRef && { secretRef: { name: secretRef } }),
    },
  };
}

export interface AlertOptions {
  readonly label?: readonly string[];
  readonly providerRef?: string;
  readonly eventSeverity?: string;
  readonly eventSource?: readonly string[];
}

/** The Alert that a command line describes. */
export function alertManifest(at: ObjectName, options: AlertOptions): KubeObject {
  const name = objectName(at);
  const { providerRef, eventSeverity, eventSource = [] } = options;
  if (!providerRef) throw new Error('provider ref is required');
  const eventSources = eventSource.map((text) => {
    const source = kindNameNamespace(text);
    if (!source.kind) throw new Error(`invalid event source '${text}', must be in format <kind>/<name>`);
    return source;
  });
  if (eventSources.length === 0) throw new Error('at least one event source is required');
  return {
    apiVersion: KINDS.Alert.apiVersion,
    kind: KINDS.Alert.kind,
    metadata: { ...name, ...labels(options.label) },
    spec: { providerRef: { name: providerRef }, ...(eventSeverity && { eventSeverity }), eventSources },
  };
}
