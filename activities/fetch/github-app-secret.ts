import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { rememberSecret } from '../redact.ts';
import type { TlsAccess } from './http/client.ts';
import { type NamedSecret, type SecretData, tlsOf } from './http/credentials.ts';
import { readHttpUrl } from './http/url.ts';

/** What a Secret tells of a GitHub App and of where it is installed. */
export interface GithubAppData {
  readonly appId: string;
  readonly key: KeyObject;
  readonly installation: { readonly id: string } | { readonly owner: string };
  /** Root of the API, with a slash at its end. */
  readonly api: URL;
  readonly tls: TlsAccess | undefined;
}

const ID = 'githubAppID';
const INSTALLATION_ID = 'githubAppInstallationID';
const OWNER = 'githubAppInstallationOwner';
const PRIVATE_KEY = 'githubAppPrivateKey';
const BASE_URL = 'githubAppBaseURL';
const PUBLIC_API = 'https://api.github.com/';

/** Whether a Secret has any of the keys that say which app it is of. */
export function hasGithubApp(data: SecretData): boolean {
  return [ID, INSTALLATION_ID, OWNER, PRIVATE_KEY].some((key) => data[key] !== undefined);
}

/** Reads the keys of a GitHub App, which are Flux's. Throws AuthenticationFailed when one is missing or unusable. */
export function githubAppData(secret: NamedSecret): GithubAppData {
  const { data, where } = secret;
  const text = (key: string) => data[key]?.toString().trim() || undefined;
  const required = (key: string): string => {
    const value = text(key);
    if (value === undefined) throw unusable(where, `has no '${key}'; add it`);
    return value;
  };
  const appId = required(ID);
  if (!/^[1-9]\d{0,18}$/.test(appId)) throw unusable(where, `has a '${ID}' that is no number`);
  const key = keyOf(required(PRIVATE_KEY), where);
  return {
    appId,
    key,
    installation: installationOf(text, where),
    api: apiOf(text(BASE_URL), where),
    tls: tlsOf(secret),
  };
}

function installationOf(text: (key: string) => string | undefined, where: string) {
  const [id, owner] = [text(INSTALLATION_ID), text(OWNER)];
  if (id !== undefined && owner === undefined) {
    if (/^[1-9]\d{0,18}$/.test(id)) return { id };
    throw unusable(where, `has a '${INSTALLATION_ID}' that is no number`);
  }
  if (id === undefined && owner !== undefined) {
    if (/^[A-Za-z0-9_-]{1,100}$/.test(owner)) return { owner };
    throw unusable(where, `has a '${OWNER}' that is no name of a user or an organization`);
  }
  throw unusable(where, `must contain exactly one of '${OWNER}' or '${INSTALLATION_ID}'`);
}

function keyOf(pem: string, where: string): KeyObject {
  rememberSecret(pem);
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The library's words may hold parts of the key.
  }
  throw unusable(where, `has a '${PRIVATE_KEY}' that is no RSA key in PEM form; put there what GitHub gave`);
}

function apiOf(text: string | undefined, where: string): URL {
  const url = readHttpUrl(text ?? PUBLIC_API);
  if (typeof url === 'string') throw unusable(where, `has a '${BASE_URL}' that ${url}`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = '';
  return url;
}

function unusable(where: string, problem: string): Error {
  return failed(
    Reason.AuthenticationFailed,
    `failed to configure authentication options: ${where} ${problem}`,
  );
}
