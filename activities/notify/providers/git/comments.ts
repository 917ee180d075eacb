import { z } from 'zod';
import type { Rest } from '../../../git-host/rest.ts';
import { hasApp } from './app-token.ts';
import type { GitHost } from './git-host.ts';
import { findOnPages } from './pages.ts';
import { read } from './read.ts';

export interface Comment {
  readonly id: number;
  readonly body: string;
}

/** The comments of one pull or merge request. Throws a ProviderError or an HttpError. */
export interface Comments {
  /** The oldest of those that we wrote and that `matches`. */
  findOwn(matches: (body: string) => boolean): Promise<Comment | undefined>;
  create(body: string): Promise<void>;
  edit(id: number, body: string): Promise<void>;
}

const PAGE = 100;

const id = z.int().positive();
const login = z.looseObject({ login: z.string() });
const githubList = z.array(
  z.looseObject({
    id,
    body: z.string().nullish(),
    user: login.nullable(),
    performed_via_github_app: z.looseObject({ id: z.number() }).nullish(),
  }),
);

/** https://docs.github.com/en/rest/issues/comments */
export function githubComments({ rest, path, recipient }: GitHost, number: string): Comments {
  const issues = `/repos/${path}/issues`;
  return {
    async findOwn(matches) {
      // An app's token cannot ask who it is; its comments name the app.
      const app = hasApp(recipient) ? Number(recipient.secret['githubAppID']?.toString().trim()) : undefined;
      const self = app === undefined ? read(login, (await rest.get('/user', {})).content).login : undefined;
      return await search(rest, `${issues}/${number}/comments`, {}, (content) =>
        read(githubList, content).map(({ id, body, user, performed_via_github_app: via }) => ({
          id,
          body: body ?? '',
          isOurs: app === undefined ? user?.login === self : via?.id === app,
        })),
      )(matches);
    },
    async create(body) {
      await rest.send('POST', `${issues}/${number}/comments`, { body });
    },
    async edit(comment, body) {
      await rest.send('PATCH', `${issues}/comments/${comment}`, { body });
    },
  };
}

const gitlabUser = z.looseObject({ username: z.string() });
const gitlabList = z.array(z.looseObject({ id, body: z.string(), author: gitlabUser }));

/** https://docs.gitlab.com/api/notes/#merge-requests */
export function gitlabComments({ rest, path }: GitHost, number: string): Comments {
  const notes = `/projects/${encodeURIComponent(path)}/merge_requests/${number}/notes`;
  return {
    async findOwn(matches) {
      const self = read(gitlabUser, (await rest.get('/user', {})).content).username;
      const query = { sort: 'asc', order_by: 'created_at' };
      return await search(rest, notes, query, (content) =>
        read(gitlabList, content).map(({ id, body, author }) => ({
          id,
          body,
          isOurs: author.username === self,
        })),
      )(matches);
    },
    async create(body) {
      await rest.send('POST', notes, { body });
    },
    async edit(note, body) {
      await rest.send('PUT', `${notes}/${note}`, { body });
    },
  };
}

const giteaList = z.array(z.looseObject({ id, body: z.string(), user: login.nullable() }));

/** https://docs.gitea.com/api/#tag/issue/operation/issueGetComments */
export function giteaComments({ rest, path }: GitHost, number: string): Comments {
  const issues = `/repos/${path}/issues`;
  return {
    async findOwn(matches) {
      const self = read(login, (await rest.get('/user', {})).content).login;
      // All of them come at once.
      const { content } = await rest.get(`${issues}/${number}/comments`, {});
      return read(giteaList, content).find(({ user, body }) => user?.login === self && matches(body));
    },
    async create(body) {
      await rest.send('POST', `${issues}/${number}/comments`, { body });
    },
    async edit(comment, body) {
      await rest.send('PATCH', `${issues}/comments/${comment}`, { body });
    },
  };
}

type Listed = Comment & { readonly isOurs: boolean };

/** Page by page, the oldest first. */
function search(
  rest: Rest,
  place: string,
  query: Readonly<Record<string, string>>,
  readPage: (content: unknown) => readonly Listed[],
): Comments['findOwn'] {
  const list = async (page: number) => {
    const wanted = { ...query, per_page: `${PAGE}`, page: `${page}` };
    return readPage((await rest.get(place, wanted)).content);
  };
  return (matches) => findOnPages(PAGE, list, ({ isOurs, body }) => isOurs && matches(body));
}
