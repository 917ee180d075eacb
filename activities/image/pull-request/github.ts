import { z } from 'zod';
import type { Rest } from '../../git-host/rest.ts';
import type { OpenPullRequest, PullRequestApi } from './contract.ts';
import { pageUrl, readAnswer, shownNumber } from './read-answer.ts';

const side = z.looseObject({
  ref: z.string(),
  repo: z.looseObject({ id: z.number() }).nullable(),
});

const pullRequest = z.looseObject({
  number: shownNumber,
  html_url: pageUrl,
  title: z.string(),
  body: z.string().nullable(),
  head: side,
  base: side,
});

/** Header of all requests: https://docs.github.com/en/rest/about-the-rest-api/api-versions */
export const GITHUB_HEADERS = {
  Accept: 'application/vnd.github+json',
  'X-GitHub-Api-Version': '2022-11-28',
};

/** https://docs.github.com/en/rest/pulls/pulls */
export function createGitHub(rest: Rest, path: string): PullRequestApi {
  const pulls = `/repos/${path}/pulls`;
  const [owner = ''] = path.split('/');
  return {
    async find({ head, base }) {
      const query = { state: 'open', head: `${owner}:${head}`, base, per_page: '100' };
      const { content } = await rest.get(pulls, query);
      // A filter that the server does not understand filters nothing.
      const found = readAnswer(z.array(pullRequest), content).find(
        (one) => one.head.ref === head && one.base.ref === base && isOfItself(one),
      );
      return found && openOf(found);
    },
    async open(branches, text) {
      return openOf(readAnswer(pullRequest, await rest.send('POST', pulls, { ...text, ...branches })));
    },
    async edit(number, text) {
      await rest.send('PATCH', `${pulls}/${number}`, text);
    },
    refusalOf(status, said) {
      if (status !== 422) return undefined;
      if (/pull request already exists/i.test(said)) return 'exists';
      return /no commits between/i.test(said) ? 'merged' : undefined;
    },
  };
}

/** Between branches of one repository: a fork may have a branch of the same name. */
function isOfItself({ head, base }: z.infer<typeof pullRequest>): boolean {
  return head.repo !== null && head.repo.id === base.repo?.id;
}

function openOf({ number, html_url: url, title, body }: z.infer<typeof pullRequest>): OpenPullRequest {
  return { number, url, title, body: body ?? '' };
}
