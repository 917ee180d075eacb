const MODULUS = 65_521;
// As many bytes as can be summed up before the sums leave what a number holds exactly in 32 bits.
const CHUNK = 3800;

/**
 * `status.lastScanResult.revision` as image-reflector-controller makes it: Adler-32 of the tags as JSON, in decimal.
 * Tags are of letters that Go and JavaScript write alike.
 */
export function checksumOf(tags: readonly string[]): string {
  const bytes = Buffer.from(JSON.stringify(tags));
  let low = 1;
  let high = 0;
  for (let start = 0; start < bytes.length; start += CHUNK) {
    for (const byte of bytes.subarray(start, start + CHUNK)) {
      low += byte;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return String(high * 65_536 + low);
}
