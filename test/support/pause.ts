/** A fake step that stops at its first call until it is let go, so that a test acts in the middle of a run. */
export interface Paused<Input, Result> {
  readonly step: (input: Input) => Promise<Result>;
  /** Resolves when the step has been begun. */
  readonly reached: Promise<void>;
  letGo(): void;
}

export function paused<Input, Result>(step: (input: Input) => Promise<Result>): Paused<Input, Result> {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    async step(input) {
      reached.resolve();
      await released.promise;
      return step(input);
    },
    reached: reached.promise,
    letGo: () => released.resolve(),
  };
}
