import { z } from 'zod';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import type { Sender } from '../contract.ts';
import { eventJson } from '../event-json.ts';
import { shorten } from './event-text.ts';
import { gitFailure } from './git/failure.ts';
import { openerOf } from './git/git-host.ts';
import { findOnPages } from './git/pages.ts';
import { read } from './git/read.ts';

/** https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const HEADERS = { Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' };
const STATES = { pending: 'pending', success: 'success', failure: 'failure', cancelled: 'error' } as const;
const LONGEST_DESCRIPTION = 140;
const PAGE = 100;

export const openGithub = openerOf('github', 'Bearer', HEADERS);

const statuses = z.array(
  z.looseObject({ context: z.string(), state: z.string(), description: z.string().nullable() }),
);

/** https://docs.github.com/en/rest/commits/statuses */
export const setGithubStatus: SetCommitStatus = async ({ rest, path }, { commit, name, ...status }) => {
  const state = STATES[status.state];
  const description = shorten(status.description, LONGEST_DESCRIPTION);
  // The newest is first; many objects of one repository have many statuses.
  const list = async (page: number) => {
    const query = { per_page: `${PAGE}`, page: `${page}` };
    return read(statuses, (await rest.get(`/repos/${path}/commits/${commit}/statuses`, query)).content);
  };
  const last = await findOnPages(PAGE, list, ({ context }) => context === name);
  if (last?.state === state && last.description === description) return;
  await rest.send('POST', `/repos/${path}/statuses/${commit}`, { state, context: name, description });
};

/** Starts the workflows of a repository that wait for `repository_dispatch`; they get the event. */
export const sendGithubDispatch: Sender = async (deps, delivery) => {
  const { event } = delivery;
  const { kind, name, namespace } = event.involvedObject;
  try {
    const { rest, path } = await openGithub(deps, delivery);
    await rest.send('POST', `/repos/${path}/dispatches`, {
      event_type: `${kind}/${name}.${namespace}`,
      client_payload: JSON.parse(eventJson(event)) as unknown,
    });
  } catch (error) {
    throw gitFailure('GitHub', error);
  }
};
