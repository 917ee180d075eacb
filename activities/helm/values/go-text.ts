import { isUtf8 } from 'node:buffer';

/** Bytes as Go reads them rune by rune: each byte that is no part of a character is one U+FFFD. */
export function goText(data: Buffer | string): string {
  if (typeof data === 'string') return data.toWellFormed();
  if (isUtf8(data)) return data.toString('utf8');
  let text = '';
  for (let at = 0; at < data.length; ) {
    const length = [1, 2, 3, 4].find((n) => at + n <= data.length && isUtf8(data.subarray(at, at + n)));
    text += length === undefined ? '\ufffd' : data.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}
