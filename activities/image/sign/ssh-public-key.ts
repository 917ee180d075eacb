const PLAIN: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
];
const SHORTEST_RSA = 2048;

/** Why commits are not signed with the key of a line of `ssh-keygen -y`, by the rule of Flux; undefined when they are. */
export function sshKeyProblem(line: string): string | undefined {
  const [type = '', encoded = ''] = line.trim().split(' ');
  if (PLAIN.includes(type)) return undefined;
  if (type !== 'ssh-rsa') return `unsupported SSH signing key algorithm: ${type}`;
  const bits = rsaBits(Buffer.from(encoded, 'base64'));
  return bits < SHORTEST_RSA
    ? `RSA key size ${bits} bits is below the minimum supported; must be at least ${SHORTEST_RSA}`
    : undefined;
}

/** Of an `ssh-rsa` blob: three strings, each after its length: the type, the exponent, the modulus (RFC 4253, 6.6). */
function rsaBits(blob: Buffer): number {
  let rest = blob;
  const next = (): Buffer => {
    const length = rest.length < 4 ? 0 : rest.readUInt32BE();
    const text = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
    return text;
  };
  next();
  next();
  const modulus = next();
  // A zero byte stands before a number whose first bit is set.
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first) * 8;
}
