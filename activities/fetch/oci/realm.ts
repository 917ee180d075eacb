import { isIP } from 'node:net';

/** Domains below which strangers are neighbours: there only the very same host counts. */
const SHARED = [
  'amazonaws.com',
  'appspot.com',
  'azurecr.io',
  'azurewebsites.net',
  'cloudapp.azure.com',
  'cloudfront.net',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok.io',
  'onrender.com',
  'pages.dev',
  'pkg.dev',
  'run.app',
  'svc.cluster.local',
  'vercel.app',
  'web.app',
  'windows.net',
  'workers.dev',
];

/**
 * Whether credentials for a registry may be shown to the token server that it names: only to the same host or to one of
 * the same registered domain, and not in plain text when the registry itself is spoken to over TLS.
 */
export function mayAskForToken(registry: URL, realm: URL): boolean {
  if (realm.protocol !== 'https:' && realm.protocol !== registry.protocol) return false;
  const [from, to] = [registry.hostname.toLowerCase(), realm.hostname.toLowerCase()];
  if (from === to) return true;
  const domain = registeredDomain(from);
  return domain !== undefined && domain === registeredDomain(to);
}

/** The domain that somebody registered, by its form alone; undefined for addresses, single names and shared domains. */
function registeredDomain(host: string): string | undefined {
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return undefined;
  if (SHARED.some((shared) => host === shared || host.endsWith(`.${shared}`))) return undefined;
  const labels = host.split('.');
  const [second = '', first = ''] = labels.slice(-2);
  // Such as co.uk and com.au.
  const count = first.length === 2 && second.length <= 3 ? 3 : 2;
  return labels.length < count ? undefined : labels.slice(-count).join('.');
}
