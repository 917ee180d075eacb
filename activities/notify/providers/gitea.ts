import { z } from 'zod';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import { openerOf } from './git/git-host.ts';
import { findOnPages } from './git/pages.ts';
import { read } from './git/read.ts';

const STATES = { pending: 'pending', success: 'success', failure: 'failure', cancelled: 'error' } as const;

// The most that it gives by default.
const PAGE = 50;

export const openGitea = openerOf('gitea', 'token');

const statuses = z.array(z.looseObject({ context: z.string(), status: z.string(), description: z.string() }));

/** https://docs.gitea.com/api/#tag/repository/operation/repoCreateStatus */
export const setGiteaStatus: SetCommitStatus = async ({ rest, path }, { commit, name, ...status }) => {
  const { description } = status;
  const state = STATES[status.state];
  // The newest is first; many objects of one repository have many statuses.
  const list = async (page: number) => {
    const query = { page: `${page}`, limit: `${PAGE}` };
    return read(statuses, (await rest.get(`/repos/${path}/commits/${commit}/statuses`, query)).content);
  };
  const last = await findOnPages(PAGE, list, ({ context }) => context === name);
  if (last?.status === state && last.description === description) return;
  const wanted = { state, target_url: '', description, context: name };
  await rest.send('POST', `/repos/${path}/statuses/${commit}`, wanted);
};
