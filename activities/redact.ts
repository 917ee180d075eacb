// Longer error texts bury the sentence and swell histories.
const LONGEST = 2048;

const known = new Set<string>();

/** Remembers a credential of this process, so that {@link redact} masks it wherever a tool repeats it. */
export function rememberSecret(value: string): void {
  if (value.length < 4) return;
  for (const form of formsOf(value)) known.add(form);
}

/** Forgets a credential that was good for a short time only, and that nobody holds any more. */
export function forgetSecret(value: string): void {
  for (const form of formsOf(value)) known.delete(form);
}

function formsOf(value: string): readonly string[] {
  return [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)];
}

/** Masks credentials in text that leaves the process (failures, events, status, logs) and bounds its length. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, '***');
  clean = clean
    .replace(/\/\/[^/\s:@]+:[^/\s@]+@/g, '//***@')
    .replace(/(authorization:\s*\w+\s+)\S+/gi, '$1***')
    .replace(/([?&](?:sig|token|access_token|X-Amz-Signature)=)[^&\s"']+/gi, '$1***')
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '***');
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}
