/** `JSON.rawJSON` of ES2025, which TypeScript's library does not declare yet. */
const json = JSON as unknown as {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

/**
 * An integer that a double cannot hold: raw JSON, which `JSON.stringify` writes back digit by digit.
 * (Kubernetes has int64 fields; 9007199254740993 would come back as …992.)
 */
export function bigInteger(digits: string): unknown {
  return json.rawJSON(digits);
}

/** The digits of a {@link bigInteger}; undefined for any other value. */
export function bigIntegerDigits(value: unknown): string | undefined {
  return json.isRawJSON(value) ? value.rawJSON : undefined;
}
