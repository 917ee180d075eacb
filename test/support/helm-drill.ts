import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import type { HelmRelease } from '../../api/helm-release.ts';
import { Kind } from '../../api/object-ref.ts';
import { readiness } from './flux.ts';
import type { HelmHome, HistoryLine } from './helm-home.ts';

// A task that nobody beats for is given away after fifteen seconds, and then helm has to come to its end.
const PATIENCE_MS = 120_000;
const LOOK_MS = 20;

/** A release as tests expect it when all is over. */
export interface Rest {
  /** Statuses of helm's records, oldest first; whatever is orderly when left out. */
  readonly records?: readonly string[];
  /** Versions in `status.history`, newest first. */
  readonly history?: readonly number[];
  /** Of the chart. */
  readonly version?: string;
}

/** Waits until the HelmRelease is ready at its newest spec, and checks what has to hold whoever was killed before. */
export async function expectAtRest(
  home: HelmHome,
  name: string,
  { records, history, version }: Rest = {},
): Promise<HelmRelease> {
  // With the name, for whoever reads why a wait ran out.
  const state = async () => ({ name, ...readiness(await home.find(Kind.HelmRelease, name)) });
  const expected = { status: 'True', isObserved: true, ...(version && { revision: version }) };
  await expect.poll(state, { timeout: PATIENCE_MS, interval: 100 }).toMatchObject(expected);
  const lines = await home.history(name);
  const statuses = lines.map(({ status }) => status);
  expect(statuses).toEqual(records ?? [...statuses.slice(0, -1).map(past), 'deployed']);
  expect(lines.map(({ revision }) => revision)).toEqual(consecutive(lines));
  const object = await home.get(Kind.HelmRelease, name);
  const { failures = 0, installFailures = 0, upgradeFailures = 0 } = object.status ?? {};
  expect({ failures, installFailures, upgradeFailures }).toEqual({
    failures: 0,
    installFailures: 0,
    upgradeFailures: 0,
  });
  const snapshots = object.status?.history ?? [];
  if (history) expect(snapshots.map(({ version }) => version)).toEqual(history);
  expect(snapshots[0]).toMatchObject({ version: lines.at(-1)?.revision, status: 'deployed' });
  return object;
}

/** What a record may say that is not the newest. */
function past(status: string): string {
  return status === 'failed' ? status : 'superseded';
}

function consecutive([first, ...rest]: readonly HistoryLine[]): readonly number[] {
  return [first, ...rest].map((_, index) => (first?.revision ?? 0) + index);
}

/** The helm processes of this machine that work in a namespace, looked at often. */
export interface HelmLookout {
  /** Those that were seen at the same time for one release, and had better not. */
  readonly together: () => readonly string[];
  /** What runs now, as `<act> <release>`. */
  readonly now: () => readonly string[];
}

/** Watches for two helms at work on one release, for the running test. */
export function watchHelms({ namespace }: Pick<HelmHome, 'namespace'>): HelmLookout {
  let together: readonly string[] = [];
  const now = () => helmsOf(namespace);
  const timer = setInterval(() => {
    const byRelease = Map.groupBy(now(), (helm) => helm.split(' ')[1]);
    for (const helms of byRelease.values()) if (helms.length > 1) together = helms;
  }, LOOK_MS);
  onTestFinished(() => clearInterval(timer));
  return { now, together: () => together };
}

function helmsOf(namespace: string): readonly string[] {
  const found = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({ pid, args: read(pid, 'cmdline').split('\0') }))
    .filter(({ args }) => args.includes(`--namespace=${namespace}`) && /helm[^/]*$/.test(args[0] ?? ''));
  const pids = new Set(found.map(({ pid }) => pid));
  const parent = (pid: string) => /^PPid:\t(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? '';
  // What helm starts looks like helm for an instant.
  return found
    .filter(({ pid }) => !pids.has(parent(pid)))
    .map(({ args }) => `${args[1]} ${args[args.indexOf('--') + 1]}`);
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
