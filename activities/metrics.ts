/** What work tells of itself to whoever reads the metrics page. Words become label values: each has few of them. */
export interface Metrics {
  /** An attempt to tell somebody outside ended; `provider` is the Provider's type. */
  delivered(provider: string, result: DeliveryResult): void;
  /** A webhook was answered, whoever sent it. */
  hooked(webhook: AnsweredWebhook): void;
}

export interface AnsweredWebhook {
  /** The Receiver's, or `unknown` when no Receiver has its path. */
  readonly type: string;
  readonly method: string;
  readonly status: number;
  /** From its header to the answer. */
  readonly seconds: number;
}

export const DeliveryResult = {
  Sent: 'Sent',
  /** It failed, and is tried again. */
  Retried: 'Retried',
  /** It failed, and nothing but a change would mend it. */
  Refused: 'Refused',
} as const;
export type DeliveryResult = (typeof DeliveryResult)[keyof typeof DeliveryResult];

/** For whoever has nobody to tell. */
export const NO_METRICS: Metrics = { delivered: () => undefined, hooked: () => undefined };
