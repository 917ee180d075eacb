import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { persistent, writeWhole } from './state.ts';

/** What the processes of a control plane know each other by. */
export interface Credentials {
  /** Where the API server keeps the serving certificate that it makes for itself. */
  readonly certificates: string;
  /** Signs service account tokens, and checks them. */
  readonly serviceAccountKey: string;
  readonly tokenFile: string;
  readonly token: string;
}

const RENEW_MS = 30 * 24 * 3600 * 1000;

/** The credentials under `dir`, made when they are missing. */
export function ensureCredentials(dir: string): Credentials {
  const certificates = join(dir, 'certificates');
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  dropExpiring(certificates);
  const serviceAccountKey = join(dir, 'service-account.key');
  persistent(serviceAccountKey, () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  });
  const tokenFile = join(dir, 'tokens.csv');
  const line = persistent(
    tokenFile,
    () => `${randomBytes(24).toString('hex')},admin,admin,"system:masters"\n`,
  );
  return { certificates, serviceAccountKey, tokenFile, token: line.split(',')[0] ?? '' };
}

// It is valid for a year and never renewed by the API server itself.
function dropExpiring(certificates: string): void {
  const file = join(certificates, 'apiserver.crt');
  if (!existsSync(file)) return;
  const ends = Date.parse(new X509Certificate(readFileSync(file)).validTo);
  if (ends - Date.now() > RENEW_MS) return;
  rmSync(file);
  rmSync(join(certificates, 'apiserver.key'), { force: true });
}

/** Writes a kubeconfig of an administrator; JSON is YAML. The serving certificate's file ends with the one that signed it. */
export function writeKubeconfig(file: string, server: string, credentials: Credentials): void {
  const authority = readFileSync(join(credentials.certificates, 'apiserver.crt')).toString('base64');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'pawl', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'admin', user: { token: credentials.token } }],
    contexts: [{ name: 'pawl', context: { cluster: 'pawl', user: 'admin' } }],
    'current-context': 'pawl',
  };
  writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);
}
