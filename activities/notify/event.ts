/** An event as notifications tell it: the fields of Flux's event API, in the order in which it writes them. */
export interface FluxEvent {
  readonly involvedObject: EventObject;
  readonly severity: 'info' | 'error';
  /** RFC 3339, in seconds. */
  readonly timestamp: string;
  readonly message: string;
  readonly reason: string;
  /** Keys with their group, such as `kustomize.toolkit.fluxcd.io/revision`, until they are told: then without. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The controller of Flux whose part this is, such as `kustomize-controller`. */
  readonly reportingController: string;
  readonly reportingInstance?: string;
}

export interface EventObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly apiVersion: string;
  readonly resourceVersion?: string;
}
