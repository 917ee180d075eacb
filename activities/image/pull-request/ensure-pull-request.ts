import { Reason } from '../../../api/reasons.ts';
import { transient } from '../../failures.ts';
import { ProviderError } from '../../git-host/provider-error.ts';
import { isSameText, keepDraft, newBody, renewedBody, titleOf } from './body.ts';
import type {
  EnsuredPullRequest,
  OpenPullRequest,
  PullRequestApi,
  PullRequestRequest,
  PullRequestText,
} from './contract.ts';

type Wanted = Pick<PullRequestRequest, 'automation' | 'title' | 'body' | 'head' | 'base'>;

// Somebody else opens one, or closes it, between our look and our act.
const MOST_LOOKS = 3;

/**
 * Sees to it that there is one open pull request: looks for it, opens it, and gives it title and body again when they
 * are others. One that lost our marker, or never had it, is a person's and stays as it is; closed ones stay closed.
 * Undefined when there is nothing to merge.
 */
export async function ensurePullRequest(
  api: PullRequestApi,
  wanted: Wanted,
): Promise<EnsuredPullRequest | undefined> {
  const { head, base, automation } = wanted;
  for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
    const found = await api.find({ head, base });
    if (found) return await renew(api, found, wanted);
    const text = { title: titleOf(wanted.title), body: newBody(automation, wanted.body) };
    const opened = await open(api, { head, base }, text);
    if (opened === 'merged') return undefined;
    if (opened !== 'exists') return { number: opened.number, url: opened.url, state: 'opened' };
  }
  throw transient(
    Reason.PullRequestFailed,
    `pull request: the server says that one from '${head}' into '${base}' is open, but lists none; if that stays so, see whether the GitRepository's spec.url has the repository's present name`,
  );
}

async function open(
  api: PullRequestApi,
  branches: { readonly head: string; readonly base: string },
  text: PullRequestText,
): Promise<OpenPullRequest | 'exists' | 'merged'> {
  try {
    return await api.open(branches, text);
  } catch (error) {
    const refusal = error instanceof ProviderError ? api.refusalOf(error.status, error.said) : undefined;
    if (refusal === undefined) throw error;
    return refusal;
  }
}

async function renew(
  api: PullRequestApi,
  found: OpenPullRequest,
  { automation, title, body }: Wanted,
): Promise<EnsuredPullRequest> {
  const { number, url } = found;
  const next = renewedBody(automation, body, found.body);
  if (next === undefined) return { number, url, state: 'unchanged' };
  const text = { title: keepDraft(titleOf(title), found.title), body: next };
  if (text.title === found.title.trim() && isSameText(text.body, found.body)) {
    return { number, url, state: 'unchanged' };
  }
  await api.edit(number, text);
  return { number, url, state: 'updated' };
}
