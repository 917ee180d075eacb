import { createHash } from 'node:crypto';
import { z } from 'zod';
import { basicHeader } from '../../fetch/http/credentials.ts';
import { ProviderError } from '../../git-host/provider-error.ts';
import { rememberSecret } from '../../redact.ts';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import type { Recipient } from '../contract.ts';
import { shorten } from './event-text.ts';
import { repositoryUrl, segmentsOf } from './git/address.ts';
import { hostAt, type OpenHost } from './git/git-host.ts';
import { read } from './git/read.ts';
import { headerToken, misconfigured } from './needed.ts';

const STATES = {
  pending: 'INPROGRESS',
  success: 'SUCCESSFUL',
  failure: 'FAILED',
  cancelled: 'STOPPED',
} as const;
const LONGEST_DESCRIPTION = 255;
const CLOUD = 'bitbucket.org';

/** Bitbucket Cloud, with a token that is `<user>:<app password>`; another host than its own is asked itself. */
export const openBitbucket: OpenHost = (deps, call) => {
  const { recipient } = call;
  const authorization = basicHeader(credentialsOf(recipient));
  const url = repositoryUrl(recipient);
  const segments = segmentsOf(url);
  if (segments?.length !== 2) {
    throw misconfigured(recipient, 'has an address that has no path like owner/repository; correct the URL');
  }
  const { hostname, host, protocol } = new URL(url.href);
  const own = protocol === 'ssh:' ? `https://${hostname}` : `${protocol}//${host}`;
  const api = hostname === CLOUD ? `https://api.${CLOUD}/2.0` : `${own}/2.0`;
  return Promise.resolve(hostAt(deps, call, { api, path: segments.join('/'), authorization }));
};

function credentialsOf(recipient: Recipient): { readonly username: string; readonly password: string } {
  const [username = '', password = '', ...more] = headerToken(recipient).split(':');
  if (username === '' || password === '' || more.length > 0) {
    throw misconfigured(
      recipient,
      "has a token that is not <user>:<app password>; correct the Secret's key token",
    );
  }
  rememberSecret(password);
  return { username, password };
}

const present = z.looseObject({ state: z.string(), description: z.string().nullish() });

/** https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/ */
export const setBitbucketStatus: SetCommitStatus = async ({ rest, path }, { commit, name, ...status }) => {
  const key = keyOf(name);
  const state = STATES[status.state];
  const description = shorten(status.description, LONGEST_DESCRIPTION);
  const builds = `/repositories/${path}/commit/${commit}/statuses/build`;
  const last = await orNone(async () => read(present, (await rest.get(`${builds}/${key}`, {})).content));
  if (last?.state === state && last.description === description) return;
  const wanted = { state, key, name: status.title, description, url: `https://${CLOUD}` };
  await rest.send('POST', builds, wanted);
};

/** 40 characters are the most that the key of a build may have. */
export function keyOf(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

/** What is not there is none; the commit and the repository show themselves when it is set. */
export async function orNone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProviderError && error.status === 404) return undefined;
    throw error;
  }
}
