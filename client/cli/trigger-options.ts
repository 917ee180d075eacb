export interface TriggerOptions {
  readonly url?: string;
  readonly type: string;
  readonly token?: string;
  readonly payload: string;
  readonly retries: string;
  readonly retryDelay: string;
  readonly oidcProvider?: string;
  readonly oidcToken?: string;
  readonly oidcAudience?: string;
}

const OIDC = 'generic-oidc';
const TYPES = ['generic', 'generic-hmac', OIDC];
const OIDC_PROVIDERS = ['github', 'forgejo'];
const TOKEN_VARIABLE = 'FLUX_TRIGGER_RECEIVER_OIDC_TOKEN';

/** Throws `flux`'s sentence for flags that do not go together. */
export function checkTriggerOptions(options: TriggerOptions): void {
  const { type, token } = options;
  if (!options.url) throw new Error('--url is required');
  if (!TYPES.includes(type)) {
    throw new Error(`invalid --type ${JSON.stringify(type)}, must be one of: ${TYPES.join(', ')}`);
  }
  if (type === OIDC) return checkOidc(options);
  if (!token) throw new Error(`--token is required for --type=${type}`);
  if (options.oidcProvider || options.oidcToken || options.oidcAudience) {
    throw new Error(`--oidc-provider, --oidc-token and --oidc-audience can only be set for --type=${OIDC}`);
  }
}

function checkOidc({ token, oidcProvider, oidcToken, oidcAudience }: TriggerOptions): void {
  if (token) {
    throw new Error(`--token must not be set for --type=${OIDC}, the Receiver of this type has no secret`);
  }
  if (oidcProvider && oidcToken) {
    throw new Error('--oidc-provider and --oidc-token are mutually exclusive');
  }
  if (oidcProvider && !OIDC_PROVIDERS.includes(oidcProvider)) {
    const known = OIDC_PROVIDERS.join(', ');
    throw new Error(`invalid --oidc-provider ${JSON.stringify(oidcProvider)}, must be one of: ${known}`);
  }
  if (oidcAudience && !oidcProvider) {
    throw new Error('--oidc-audience can only be set together with --oidc-provider');
  }
}

/** The token that authenticates a request to a `generic-oidc` Receiver. */
export async function triggerToken(options: TriggerOptions, signal: AbortSignal): Promise<string> {
  const { oidcProvider, oidcToken, oidcAudience } = options;
  if (oidcProvider) return issuedToken(oidcAudience || 'notification-controller', signal);
  const token = oidcToken || process.env[TOKEN_VARIABLE];
  if (token) return token;
  throw new Error(
    `no OIDC token provided: set --oidc-provider, --oidc-token or the ${TOKEN_VARIABLE} environment variable`,
  );
}

/** Asks for a token as jobs of GitHub and Forgejo do: both set the same two variables. */
async function issuedToken(audience: string, signal: AbortSignal): Promise<string> {
  const address = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (!address || !token) {
    throw new Error(
      'ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set: give the job the permission id-token: write',
    );
  }
  const url = new URL(address);
  url.searchParams.set('audience', audience);
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  if (!response.ok) throw new Error(`the OIDC provider answered ${response.status} ${response.statusText}`);
  const { value } = (await response.json()) as { readonly value?: unknown };
  if (typeof value !== 'string' || value === '') throw new Error('the OIDC provider sent no token');
  return value;
}
