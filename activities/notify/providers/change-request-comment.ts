import type { ProviderType } from '../../../api/provider.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { createKeyedLock } from '../../fetch/keyed-lock.ts';
import { withoutQuickActions } from '../../git-host/plain-text.ts';
import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { shorten } from './event-text.ts';
import { type Comments, giteaComments, githubComments, gitlabComments } from './git/comments.ts';
import { gitFailure } from './git/failure.ts';
import type { GitHost, OpenHost } from './git/git-host.ts';
import { createNewest } from './git/newest.ts';
import { openGitea } from './gitea.ts';
import { openGithub } from './github.ts';
import { openGitlab } from './gitlab.ts';

interface Service {
  readonly title: string;
  readonly open: OpenHost;
  readonly comments: (host: GitHost, number: string) => Comments;
  /** What our comments are known by, with Flux as well. */
  readonly mark: string;
  readonly tame?: (text: string) => string;
}

const SERVICES: Partial<Readonly<Record<ProviderType, Service>>> = {
  githubpullrequestcomment: {
    title: 'GitHub',
    open: openGithub,
    comments: githubComments,
    mark: 'flux-pr-comment-key',
  },
  gitlabmergerequestcomment: {
    title: 'GitLab',
    open: openGitlab,
    comments: gitlabComments,
    mark: 'flux-mr-comment-key',
    tame: withoutQuickActions,
  },
  giteapullrequestcomment: {
    title: 'Gitea',
    open: openGitea,
    comments: giteaComments,
    mark: 'flux-pr-comment-key',
  },
};

const CHANGE_REQUEST = 'change_request';
// GitHub takes 65,536 characters.
const LONGEST_BODY = 65_000;

// Who looks and then writes must not do so twice at once: both would write a first comment.
const oneByOne = createKeyedLock();
const newest = createNewest();

/** Keeps one comment for each object in the pull or merge request that the event names, written anew by each event. */
export const sendChangeRequestComment: Sender = async (deps, delivery) => {
  const { event, recipient, signal } = delivery;
  const service = SERVICES[recipient.type];
  if (!service) throw unusable(`providers of type ${recipient.type} write no comments`);
  const number = numberOf(event);
  const { kind, namespace, name } = event.involvedObject;
  const key = `${recipient.uid}/${kind}/${namespace}/${name}`;
  const marker = `<!-- ${service.mark}:${key} -->`;
  const { tame = (text: string) => text } = service;
  const body = shorten(`${marker}\n\n${tame(textOf(event))}`, LONGEST_BODY);
  try {
    const comments = service.comments(await service.open(deps, delivery), number);
    await oneByOne(`${key} ${number}`, signal, async () => {
      if (newest.isOlder(`${key} ${number}`, event.timestamp)) return;
      await keepComment(comments, marker, body);
      newest.remember(`${key} ${number}`, event.timestamp);
    });
  } catch (error) {
    throw gitFailure(service.title, error);
  }
};

async function keepComment(comments: Comments, marker: string, body: string): Promise<void> {
  const found = await comments.findOwn((text) => text.trimStart().startsWith(marker));
  if (found === undefined) await comments.create(body);
  else if (!isSame(found.body, body)) await comments.edit(found.id, body);
}

/** Providers end lines and texts in their own ways. */
function isSame(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trim();
  return plain(one) === plain(other);
}

function numberOf({ metadata = {} }: FluxEvent): string {
  const number = metadata[CHANGE_REQUEST];
  if (number === undefined) throw unusable(`missing "${CHANGE_REQUEST}" metadata key`);
  if (/^[1-9]\d{0,15}$/.test(number)) return number;
  const shown = JSON.stringify(shorten(number, 80));
  throw unusable(`invalid "${CHANGE_REQUEST}" metadata value ${shown}: it is not the number of one`);
}

/** The text is Flux's. */
function textOf({ severity, involvedObject, message, metadata = {} }: FluxEvent): string {
  const { kind, namespace, name } = involvedObject;
  const lines = Object.keys(metadata)
    .filter((key) => key !== CHANGE_REQUEST)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((key) => `* \`${key}\`: ${metadata[key]}\n`);
  const sign = severity === 'error' ? '⚠️' : 'ℹ️';
  return `## Flux Status\n\n${sign} ${kind}/${namespace}/${name}\n\n${message}\n\nMetadata:\n${lines.join('')}`;
}

function unusable(message: string): Error {
  return failed(Reason.NotificationDispatchFailed, message);
}
