/** An answer of a provider that is none of success. */
export class ProviderError extends Error {
  readonly status: number;
  /** The provider's own words, bounded. */
  readonly said: string;
  /** It asks to be left alone, and for how many milliseconds if it told. */
  readonly isBusy: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    said: string,
    { isBusy = false, retryAfterMs }: { isBusy?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(`HTTP ${status}${said && `: ${said}`}`);
    this.name = 'ProviderError';
    this.status = status;
    this.said = said;
    this.isBusy = isBusy;
    this.retryAfterMs = retryAfterMs;
  }
}
