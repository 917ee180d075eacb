import { z } from 'zod';
import { HttpError } from '../../fetch/http/error.ts';
import type { Rest } from '../../git-host/rest.ts';
import type { OpenPullRequest, PullRequestApi } from './contract.ts';
import { pageUrl, readAnswer, shownNumber } from './read-answer.ts';

const side = z.looseObject({ ref: z.string(), repo_id: z.number() });

const pullRequest = z.looseObject({
  number: shownNumber,
  html_url: pageUrl,
  title: z.string(),
  body: z.string(),
  head: side,
  base: side,
});

const PAGE = 50;
const MOST_PAGES = 40;

/** Also Forgejo's: https://docs.gitea.com/api/#tag/repository/operation/repoListPullRequests */
export function createGitea(rest: Rest, path: string): PullRequestApi {
  const pulls = `/repos/${path}/pulls`;
  return {
    /** It has no filter for the head, and old ones none for the base: what was pushed just now is on the first page. */
    async find({ head, base }) {
      let seen = 0;
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const query = { state: 'open', sort: 'recentupdate', limit: `${PAGE}`, page: `${page}` };
        const { content, headers } = await rest.get(pulls, query);
        const listed = readAnswer(z.array(pullRequest), content);
        const found = listed.find(
          (one) => one.head.ref === head && one.base.ref === base && one.head.repo_id === one.base.repo_id,
        );
        if (found) return openOf(found);
        seen += listed.length;
        const total = headers['x-total-count'];
        if (listed.length === 0 || (total !== undefined && seen >= Number(total))) return undefined;
      }
      throw new HttpError('size', `there are more than ${seen} open pull requests; close some`);
    },
    async open(branches, text) {
      return openOf(readAnswer(pullRequest, await rest.send('POST', pulls, { ...text, ...branches })));
    },
    async edit(number, text) {
      await rest.send('PATCH', `${pulls}/${number}`, text);
    },
    refusalOf(status, said) {
      if (status === 409 && /already exists/i.test(said)) return 'exists';
      return status === 422 && /no changes between/i.test(said) ? 'merged' : undefined;
    },
  };
}

function openOf({ number, html_url: url, title, body }: z.infer<typeof pullRequest>): OpenPullRequest {
  return { number, url, title, body };
}
