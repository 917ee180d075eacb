/** The kinds Pawl reconciles. */
export const Kind = {
  GitRepository: 'GitRepository',
  HelmRepository: 'HelmRepository',
  HelmChart: 'HelmChart',
  Kustomization: 'Kustomization',
  HelmRelease: 'HelmRelease',
  ImageRepository: 'ImageRepository',
  ImagePolicy: 'ImagePolicy',
  ImageUpdateAutomation: 'ImageUpdateAutomation',
  Receiver: 'Receiver',
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** The version of each kind's API that is read and written. */
export const API_VERSION: Readonly<Record<Kind, string>> = {
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  HelmRepository: 'source.toolkit.fluxcd.io/v1',
  HelmChart: 'source.toolkit.fluxcd.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  ImageRepository: 'image.toolkit.fluxcd.io/v1',
  ImagePolicy: 'image.toolkit.fluxcd.io/v1',
  ImageUpdateAutomation: 'image.toolkit.fluxcd.io/v1',
  Receiver: 'notification.toolkit.fluxcd.io/v1',
};

/** Which object a run, a schedule or a signal is about. */
export interface ObjectRef {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

// SQL stores keep 255 characters and a schedule adds 44 of its own.
const LONGEST_ID = 200;

/**
 * The workflow id of an object, `<cluster>/<Kind>/<namespace>/<name>`, also the id of its schedule.
 * A longer name is cut and gets a hash, so that the id fits every store.
 */
export function workflowId(cluster: string, ref: ObjectRef): string {
  return boundedId(`${cluster}/${ref.kind}/${ref.namespace}/${ref.name}`);
}

/** An id that fits every store, with room for what is added to it; a longer one is cut and gets a hash. */
export function boundedId(id: string): string {
  return id.length <= LONGEST_ID ? id : `${id.slice(0, LONGEST_ID - 17)}~${fnv1a64(id)}`;
}

/** The object that a workflow id is of, also that of a tick or an appointment; undefined for any other id. */
export function parseWorkflowId(id: string): ObjectRef | undefined {
  const [, word, namespace, name] = id.split('/');
  const kind = Object.values(Kind).find((known) => known === word);
  return kind && namespace && name ? { kind, namespace, name } : undefined;
}

export function describeRef(ref: ObjectRef): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** A 64-bit FNV-1a hash as 16 hex digits: pure, so that workflow code may use it. */
export function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
