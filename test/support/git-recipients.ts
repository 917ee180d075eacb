import { createHttpClient } from '../../activities/fetch/http/client.ts';
import type { Delivery, Recipient } from '../../activities/notify/contract.ts';
import type { FluxEvent } from '../../activities/notify/event.ts';
import { SENDERS } from '../../activities/notify/senders.ts';
import type { ProviderType } from '../../api/provider.ts';
import { type AnyHostKind, type GitHost, type GitHostOptions, startGitHost } from './git-host.ts';
import { deliveryOf, eventOf } from './notified-service.ts';

export const COMMIT = '5394cb7f48332b2de7c17dd8b8384bbc84b7e738';

export const STATUS_TYPES = [
  'github',
  'gitlab',
  'gitea',
  'bitbucket',
  'bitbucketserver',
  'azuredevops',
] as const satisfies readonly ProviderType[];

export const COMMENT_TYPES = [
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'giteapullrequestcomment',
] as const satisfies readonly ProviderType[];

export type GitType = (typeof STATUS_TYPES)[number] | (typeof COMMENT_TYPES)[number] | 'githubdispatch';

const SECRET = 'CANARY-token-of-the-recipient';

function kindOf(type: GitType): AnyHostKind {
  if (type.startsWith('github')) return 'github';
  if (type.startsWith('gitlab')) return 'gitlab';
  if (type.startsWith('gitea')) return 'gitea';
  return type as AnyHostKind;
}

export interface GitRecipientHost extends GitHost {
  readonly recipient: Partial<Recipient>;
  /** One attempt at a delivery, as by a worker that knows nothing of the ones before. */
  deliver(event: FluxEvent, own?: Partial<Recipient>, more?: Partial<Delivery>): Promise<void>;
}

/** A git provider on loopback, and a Provider whose address and token are good for it. */
export async function startGitRecipient(
  type: GitType,
  options: Partial<GitHostOptions> = {},
): Promise<GitRecipientHost> {
  const kind = kindOf(type);
  const repository = kind === 'gitlab' || kind === 'azuredevops' ? 'acme/platform/fleet' : 'acme/fleet';
  const token = kind === 'bitbucket' ? `flux:${SECRET}` : SECRET;
  const host = await startGitHost(kind, { repository, token: shownToken(kind, token), ...options });
  const recipient = { address: host.repositoryUrl, token };
  return Object.assign(host, {
    recipient,
    async deliver(event: FluxEvent, own: Partial<Recipient> = {}, more: Partial<Delivery> = {}) {
      const http = createHttpClient();
      const named = { commitStatus: 'kustomization/apps/0d0c4c2e', ...more };
      try {
        await SENDERS[type]?.({ http }, deliveryOf(type, { ...recipient, ...own }, event, named));
      } finally {
        await http.close();
      }
    },
  });
}

function shownToken(kind: AnyHostKind, token: string): string {
  if (kind !== 'bitbucket' && kind !== 'azuredevops') return token;
  return Buffer.from(kind === 'azuredevops' ? `:${token}` : token).toString('base64');
}

/** An event about a commit. */
export function commitEvent(severity: 'info' | 'error', own: Partial<FluxEvent> = {}): FluxEvent {
  return eventOf(severity, { metadata: { revision: `main@sha1:${COMMIT}` }, ...own });
}

/** What a host was asked to change. */
export function writesTo({ requests }: GitHost) {
  return requests.filter(({ method }) => method !== 'GET');
}
