import { z } from 'zod';
import type { Rest } from '../../git-host/rest.ts';
import type { OpenPullRequest, PullRequestApi } from './contract.ts';
import { pageUrl, readAnswer, shownNumber } from './read-answer.ts';

const mergeRequest = z.looseObject({
  iid: shownNumber,
  web_url: pageUrl,
  title: z.string(),
  description: z.string().nullable(),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.number().nullable(),
  target_project_id: z.number(),
});

/** https://docs.gitlab.com/api/merge_requests/ */
export function createGitLab(rest: Rest, path: string): PullRequestApi {
  const requests = `/projects/${encodeURIComponent(path)}/merge_requests`;
  return {
    async find({ head, base }) {
      const query = { state: 'opened', source_branch: head, target_branch: base, per_page: '100' };
      const { content } = await rest.get(requests, query);
      const found = readAnswer(z.array(mergeRequest), content).find(
        (one) =>
          one.source_branch === head &&
          one.target_branch === base &&
          // A fork may have a branch of the same name.
          one.source_project_id === one.target_project_id,
      );
      return found && openOf(found);
    },
    async open({ head, base }, { title, body }) {
      const wanted = { source_branch: head, target_branch: base, title, description: body };
      return openOf(readAnswer(mergeRequest, await rest.send('POST', requests, wanted)));
    },
    async edit(number, { title, body }) {
      await rest.send('PUT', `${requests}/${number}`, { title, description: body });
    },
    refusalOf(status, said) {
      return status === 409 && /already exists/i.test(said) ? 'exists' : undefined;
    },
  };
}

function openOf({ iid, web_url: url, title, description }: z.infer<typeof mergeRequest>): OpenPullRequest {
  return { number: iid, url, title, body: description ?? '' };
}
