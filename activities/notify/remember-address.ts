import { rememberSecret } from '../redact.ts';

// What opens something is longer; what is shorter is a word of an API, such as `chat.postMessage`.
const SHORTEST = 20;

/**
 * Has the parts of a secret address masked, too: of many services the path is the credential, and servers that do not
 * know it repeat it without the host (`Cannot POST /services/…`).
 */
export function rememberAddress(address: string): void {
  if (!URL.canParse(address)) return;
  const { pathname, searchParams } = new URL(address);
  const raw = [pathname, ...pathname.split('/')];
  for (const part of [...raw, ...raw.map(decoded), ...searchParams.values()])
    if (part.length >= SHORTEST) rememberSecret(part);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
