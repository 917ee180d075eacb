import { createHash } from 'node:crypto';
import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { wantedOf } from '../../fetch/resolve.ts';
import type { Branches } from './branches.ts';
import type { ReadCommit } from './commit-object.ts';

/** An automation as its commits name it. */
export interface Maker {
  readonly namespace: string;
  readonly name: string;
  /** Tells it from those of the same name in other clusters. */
  readonly uidDigest: string;
}

/** What a maker vouches for. */
export type Sealed = Pick<ReadCommit, 'tree' | 'parents'>;

/** The maker of an automation's commits. */
export function makerOf({ metadata }: Pick<ImageUpdateAutomation, 'metadata'>): Maker {
  const { namespace, name, uid } = metadata;
  return { namespace, name, uidDigest: digestOf([uid], 16) };
}

export function isSameMaker(one: Maker, other: Maker): boolean {
  return textOf(one) === textOf(other);
}

/**
 * Says in one line who made a commit on a push branch of its own. The digest at its end is of all that the commit is
 * made of: when a person amends, rebases or picks the commit, it is wrong. It keeps out mistakes, not forgers, who can
 * push here anyway.
 */
export function madeBy(maker: Maker, branches: Branches, commit: Sealed): string {
  return `${textOf(maker)} ${sealOf(maker, branches, commit)}`;
}

/** Who made a commit for the same checkout and the same push branch, if the commit still is what they made. */
export function makerIn(commit: ReadCommit, branches: Branches): Maker | undefined {
  const [, namespace, name, uidDigest, seal] =
    /^([a-z0-9-]+)\/([a-z0-9.-]+) ([0-9a-f]{16}) ([0-9a-f]{32})$/.exec(commit.madeBy ?? '') ?? [];
  if (!namespace || !name || !uidDigest || commit.parents.length !== 1) return undefined;
  const maker: Maker = { namespace, name, uidDigest };
  return seal === sealOf(maker, branches, commit) ? maker : undefined;
}

function sealOf(maker: Maker, { checkout, pushRef }: Branches, { tree, parents }: Sealed): string {
  const wanted = wantedOf(checkout ?? {});
  const from = wanted.kind === 'ref' ? wanted.ref : wanted;
  return digestOf([textOf(maker), from, pushRef, tree, ...parents], 32);
}

function textOf({ namespace, name, uidDigest }: Maker): string {
  return `${namespace}/${name} ${uidDigest}`;
}

function digestOf(parts: readonly unknown[], length: number): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}
