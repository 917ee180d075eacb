import { Reason } from '../../../../api/reasons.ts';
import { failed, messageOf, transient } from '../../../failures.ts';
import { rememberSecret } from '../../../redact.ts';
import { HttpError } from '../../http/error.ts';
import type { CloudProvider } from './contract.ts';

const ADVICE: Readonly<Record<CloudProvider, string>> = {
  aws: 'give the worker an AWS identity (IRSA, pod identity, an instance profile or AWS_* variables) that may call GetAuthorizationToken',
  azure:
    'give the worker an Azure identity (workload identity, a managed identity or AZURE_* variables) with the role AcrPull',
  gcp: 'give the worker a Google identity (workload identity, a service account or GOOGLE_APPLICATION_CREDENTIALS) that may read the registry',
};

// What the libraries read from the environment and may repeat.
const SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AZURE_CLIENT_SECRET', 'IDENTITY_HEADER'];

// Answers that an error quotes may hold tokens of which nobody knows yet.
const TOKEN = /[A-Za-z0-9_+/=.~-]{40,}/g;
// Addresses of pages for developers.
const NOISE = /\s*(?:To troubleshoot, visit|See) https:\S+/g;
const MOST_WORDS = 300;

/** The failure of a login, with what the cloud's library said; without anything that looks like a token. */
export function loginFailure(provider: CloudProvider, host: string, error: unknown): Error {
  for (const name of SECRETS) rememberSecret(process.env[name] ?? '');
  const said = messageOf(error).replace(NOISE, '').replace(TOKEN, '***').replace(/\s+/g, ' ').trim();
  const words = said.length > MOST_WORDS ? `${said.slice(0, MOST_WORDS)}…` : said;
  const message = `failed to get credential from '${provider}' for ${host}: ${words}; ${ADVICE[provider]}`;
  const mayPass = error instanceof HttpError && error.mayPass;
  return (mayPass ? transient : failed)(Reason.AuthenticationFailed, message);
}
