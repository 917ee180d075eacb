// Longer error texts bury the sentence and swell histories.
const LONGEST = 2048;

const known = new Set<string>();
// Of all that is known, the longest first: one may hold another. Undefined after a change.
let byLength: readonly string[] | undefined;

// Terminals obey some of them, and the marks of direction show another text than the one that is there.
const UNSEEN = /[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Remembers a credential of this process, so that {@link redact} masks it wherever a tool repeats it. */
export function rememberSecret(value: string): void {
  if (value.length < 4) return;
  for (const form of formsOf(value)) {
    if (known.has(form)) continue;
    known.add(form);
    byLength = undefined;
  }
}

/** Forgets a credential that was good for a short time only, and that nobody holds any more. */
export function forgetSecret(value: string): void {
  for (const form of formsOf(value)) if (known.delete(form)) byLength = undefined;
}

function formsOf(value: string): readonly string[] {
  return [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)];
}

/** Masks credentials in text that leaves the process (failures, events, status, logs), takes out what no eye sees and bounds its length. */
export function redact(text: string, longest: number = LONGEST): string {
  byLength ??= [...known].toSorted((a, b) => b.length - a.length);
  let clean = text;
  for (const secret of byLength) clean = clean.replaceAll(secret, '***');
  clean = clean
    .replace(/\/\/[^/\s:@]+:[^/\s@]+@/g, '//***@')
    .replace(/(authorization:\s*\w+\s+)\S+/gi, '$1***')
    .replace(/([?&](?:sig|token|access_token|X-Amz-Signature)=)[^&\s"']+/gi, '$1***')
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '***')
    .replace(UNSEEN, ' ');
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
