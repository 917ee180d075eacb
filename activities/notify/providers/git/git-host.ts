import type { GitProvider } from '../../../git-host/git-provider.ts';
import { repositoryOf } from '../../../git-host/repository-of.ts';
import { createRest, type Rest } from '../../../git-host/rest.ts';
import type { Delivery, Recipient, SenderDeps } from '../../contract.ts';
import { headerToken, misconfigured } from '../needed.ts';
import { repositoryUrl } from './address.ts';
import { appToken, hasApp } from './app-token.ts';

/** A repository at its provider, ready to be spoken to. */
export interface GitHost {
  readonly rest: Rest;
  /** As the API names the repository, and what else the provider's file puts there. */
  readonly path: string;
  readonly recipient: Recipient;
}

export type GitCall = Pick<Delivery, 'recipient' | 'signal'>;

export type OpenHost = (deps: SenderDeps, call: GitCall) => Promise<GitHost>;

interface HostAccess {
  readonly api: string;
  readonly path: string;
  readonly authorization: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks JSON with an API, with the recipient's TLS material and through its proxy. */
export function hostAt({ http }: SenderDeps, { recipient, signal }: GitCall, access: HostAccess): GitHost {
  const { api, path, authorization: header, headers = {} } = access;
  const authorization = { header, origin: new URL(api).origin };
  const { tls, proxy } = recipient;
  return {
    rest: createRest({ client: http, api, authorization, headers, tls, proxy, signal }),
    path,
    recipient,
  };
}

/** How GitHub, GitLab and Gitea are spoken to: the API follows from the address of the repository. Throws failed. */
export function openerOf(
  provider: GitProvider,
  scheme: 'Bearer' | 'token',
  headers: Readonly<Record<string, string>> = {},
): OpenHost {
  return async (deps, call) => {
    const { recipient } = call;
    const repository = repositoryOf(provider, repositoryUrl(recipient));
    if (typeof repository === 'string') throw misconfigured(recipient, `has an address that ${repository}`);
    const token =
      provider === 'github' && hasApp(recipient) ? await appToken(deps, call) : tokenOf(recipient);
    return hostAt(deps, call, { ...repository, authorization: `${scheme} ${token}`, headers });
  };
}

/** Who has no token may have a password that is one, as with Flux. */
function tokenOf(recipient: Recipient): string {
  return headerToken({ ...recipient, token: recipient.token || recipient.password });
}
