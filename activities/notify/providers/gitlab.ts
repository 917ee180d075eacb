import { z } from 'zod';
import { ProviderError } from '../../git-host/provider-error.ts';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import { shorten } from './event-text.ts';
import { openerOf } from './git/git-host.ts';
import { read } from './git/read.ts';

const STATES = { pending: 'pending', success: 'success', failure: 'failed', cancelled: 'canceled' } as const;
const LONGEST_DESCRIPTION = 255;

export const openGitlab = openerOf('gitlab', 'Bearer');

const statuses = z.array(
  z.looseObject({
    sha: z.string(),
    name: z.string(),
    status: z.string(),
    description: z.string().nullable(),
  }),
);

/** https://docs.gitlab.com/api/commits/#commit-status */
export const setGitlabStatus: SetCommitStatus = async ({ rest, path }, { commit, name, ...status }) => {
  const state = STATES[status.state];
  const description = shorten(status.description, LONGEST_DESCRIPTION);
  const project = `/projects/${encodeURIComponent(path)}`;
  const query = { name, per_page: '100' };
  const { content } = await rest.get(`${project}/repository/commits/${commit}/statuses`, query);
  const isThere = read(statuses, content).some(
    (one) =>
      one.sha === commit &&
      one.name === name &&
      one.status === state &&
      // One that is pending cannot be made pending again, with other words either.
      (one.description === description || state === 'pending'),
  );
  if (isThere) return;
  try {
    await rest.send('POST', `${project}/statuses/${commit}`, { name, state, description });
  } catch (error) {
    if (!isInState(error)) throw error;
  }
};

/** Somebody else was faster. */
function isInState(error: unknown): boolean {
  return error instanceof ProviderError && /cannot transition status via/i.test(error.said);
}
