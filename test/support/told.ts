import { expect } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import type { Kind } from '../../api/object-ref.ts';
import { type FluxHome, POLL } from './flux.ts';

/** What an object that fails says of itself to whoever looks at it, or waits for it. */
export interface Told {
  readonly reason: string;
  /** `<word>` stands for one of the words that are given with it; a regular expression. */
  readonly message: string;
  /** Only a change helps; with the reason of Stalled where it is another. */
  readonly isStalled?: boolean | 'RetriesExceeded';
}

type Words = Readonly<Record<string, string>>;

/** Waits until objects fail as they should, by name: in their conditions, of the newest spec, and by an event. */
export async function expectFailures(
  home: FluxHome,
  kind: Kind,
  failures: Readonly<Record<string, Told>>,
  words: Words = {},
): Promise<void> {
  const names = Object.keys(failures);
  const states = () => byName(names, (name) => stateOf(home, kind, name));
  const expected = await byName(names, async (name) =>
    failing(failures[name], { ns: home.namespace, ...words }),
  );
  await expect.poll(states, { ...POLL, interval: 100 }).toEqual(expected);
  const told = names.filter((name) => !isWaiting(failures[name]?.reason));
  const warnings = () =>
    byName(told, async (name) =>
      (await home.events(kind, name)).filter(({ type }) => type === 'Warning').map(({ reason }) => reason),
    );
  const wanted = told.map((name) => [name, expect.arrayContaining([failures[name]?.reason])]);
  await expect.poll(warnings, POLL).toEqual(Object.fromEntries(wanted));
}

async function byName<T>(names: readonly string[], of: (name: string) => Promise<T>) {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await of(name)] as const)));
}

async function stateOf(home: FluxHome, kind: Kind, name: string) {
  const { status, metadata } = await home.get(kind, name);
  const of = (type: string) => findCondition(status?.conditions, type);
  const ready = of('Ready');
  return {
    ready: ready?.status,
    reason: ready?.reason,
    message: ready?.message,
    // Of the newest spec.
    generation: ready?.observedGeneration === metadata.generation,
    stalled: of('Stalled')?.reason,
    reconciling: of('Reconciling')?.status,
  };
}

function failing(told: Told | undefined, words: Words) {
  const { reason, message, isStalled = false } = told ?? { reason: '', message: '' };
  const pattern = Object.entries(words).reduce(
    (text, [word, by]) => text.replaceAll(`<${word}>`, by),
    message,
  );
  return {
    ready: 'False',
    reason,
    message: expect.stringMatching(new RegExp(pattern, 's')) as string,
    generation: true,
    stalled: isStalled === true ? reason : isStalled || undefined,
    reconciling: isStalled ? undefined : 'True',
  };
}

/** Nothing has failed then: it is noted in the conditions only. */
function isWaiting(reason: string | undefined): boolean {
  const waiting = ['SourceNotReady', 'DependencyNotReady', 'SourceUnavailable', 'NoSourceArtifact'];
  return waiting.includes(reason ?? '');
}
