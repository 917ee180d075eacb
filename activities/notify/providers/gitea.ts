import { z } from 'zod';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import { openerOf } from './git/git-host.ts';
import { read } from './git/read.ts';

const STATES = { pending: 'pending', success: 'success', failure: 'failure', cancelled: 'error' } as const;

export const openGitea = openerOf('gitea', 'token');

const statuses = z.array(z.looseObject({ context: z.string(), status: z.string(), description: z.string() }));

/** https://docs.gitea.com/api/#tag/repository/operation/repoCreateStatus */
export const setGiteaStatus: SetCommitStatus = async ({ rest, path }, { commit, name, ...status }) => {
  const { description } = status;
  const state = STATES[status.state];
  const query = { page: '1', limit: '50' };
  const { content } = await rest.get(`/repos/${path}/commits/${commit}/statuses`, query);
  // The newest is first.
  const last = read(statuses, content).find(({ context }) => context === name);
  if (last?.status === state && last.description === description) return;
  const wanted = { state, target_url: '', description, context: name };
  await rest.send('POST', `/repos/${path}/statuses/${commit}`, wanted);
};
