import { z } from 'zod';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import type { Recipient } from '../contract.ts';
import { keyOf, orNone } from './bitbucket.ts';
import { shorten } from './event-text.ts';
import { repositoryUrl, segmentsOf } from './git/address.ts';
import { hostAt, type OpenHost } from './git/git-host.ts';
import { read } from './git/read.ts';
import { basic, bearer, misconfigured } from './needed.ts';

const STATES = {
  pending: 'INPROGRESS',
  success: 'SUCCESSFUL',
  failure: 'FAILED',
  cancelled: 'CANCELLED',
} as const;
const LONGEST = 255;
// Its guard against forged requests takes ours for those of a browser otherwise.
const HEADERS = { 'X-Atlassian-Token': 'no-check', 'X-Requested-With': 'XMLHttpRequest' };

/** Bitbucket Server and Data Center; the address is the URL that is cloned by http, with /scm/ in it. */
export const openBitbucketServer: OpenHost = (deps, call) => {
  const { recipient } = call;
  const authorization = authorizationOf(recipient);
  const url = repositoryUrl(recipient);
  const segments = segmentsOf(url) ?? [];
  const [project, repository] = segments.slice(-2);
  if (url.protocol === 'ssh' || segments.length < 3 || segments.at(-3) !== 'scm') {
    throw misconfigured(
      recipient,
      'has an address that is not the URL to clone by http or https, such as https://host/scm/project/repository.git; correct the URL',
    );
  }
  const below = segments.slice(0, -3).map((part) => `/${part}`);
  const api = `${url.origin}${below.join('')}/rest/api/latest`;
  const path = `/projects/${project}/repos/${repository}`;
  return Promise.resolve(hostAt(deps, call, { api, path, authorization, headers: HEADERS }));
};

function authorizationOf(recipient: Recipient): string {
  const authorization = recipient.token === '' ? basic(recipient) : bearer(recipient);
  if (authorization !== undefined) return authorization;
  throw misconfigured(
    recipient,
    'needs the key token, or username and password, in the Secret of spec.secretRef; add it',
  );
}

const present = z.looseObject({
  key: z.string().nullish(),
  state: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
});

/** https://developer.atlassian.com/server/bitbucket/rest/latest/api-group-builds-and-deployments/ */
export const setBitbucketServerStatus: SetCommitStatus = async ({ rest, path, recipient }, status) => {
  const key = keyOf(status.name);
  const state = STATES[status.state];
  const description = shorten(status.description, LONGEST);
  // Its pages show the name alone.
  const name = shorten(`${status.title} [${description}]`, LONGEST);
  const builds = `${path}/commits/${status.commit}/builds`;
  const last = await orNone(async () => read(present, (await rest.get(builds, { key })).content ?? {}));
  const isThere =
    last?.key === key && last.state === state && last.name === name && last.description === description;
  if (isThere) return;
  const { href: url } = repositoryUrl(recipient);
  await rest.send('POST', builds, { key, state, url, description, name });
};
