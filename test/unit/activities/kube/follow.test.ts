import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Follower, type FollowTimes, follow } from '../../../../activities/kube/follow.ts';
import { FakeCluster, gone } from '../../../support/fake-cluster.ts';

const QUERY = { apiVersion: 'v1', kind: 'ConfigMap' };
const QUICK: FollowTimes = { backoff: 5, longestBackoff: 20, silence: 10_000, resync: 10_000 };

let cluster: FakeCluster;
let stop: AbortController;
let heard: string[];
beforeEach(() => {
  cluster = new FakeCluster();
  stop = new AbortController();
  heard = [];
});
afterEach(() => stop.abort());

const follower: Follower = {
  onList: (objects) =>
    void heard.push(`list ${objects.map(({ metadata }) => metadata.name).join(' ')}`.trim()),
  onEvent: ({ metadata }, isDeleted) => void heard.push(`${isDeleted ? 'deleted' : 'seen'} ${metadata.name}`),
  onError: () => void heard.push('error'),
};

/** Follows until the end of the test. */
function following(times: Partial<FollowTimes> = {}): Promise<void> {
  return follow(cluster.client, QUERY, follower, { signal: stop.signal, times: { ...QUICK, ...times } });
}

function config(name: string) {
  return { ...QUERY, metadata: { name, namespace: 'apps' } };
}

it('lists, then tells of each change', async () => {
  cluster.put(config('old'));
  void following();
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.put(config('new'));
  cluster.remove({ ...QUERY, namespace: 'apps', name: 'old' });

  await expect.poll(() => heard).toEqual(['list old', 'seen new', 'deleted old']);
});

it('notices whatever the server says, also that there is nothing to say', async () => {
  let times = 0;
  const listener = { ...follower, onHeard: () => void (times += 1) };
  void follow(cluster.client, QUERY, listener, { signal: stop.signal, times: QUICK });
  await expect.poll(() => cluster.watches).toBe(1);
  expect(times).toBe(1);

  cluster.bookmark();
  await expect.poll(() => times).toBe(2);
  cluster.put(config('new'));

  await expect.poll(() => times).toBe(3);
  expect(heard).toEqual(['list', 'seen new']);
});

it.each<{ readonly name: string; readonly error: Error | undefined; readonly lists: number }>([
  { name: 'goes on where it was when the server ends the watch', error: undefined, lists: 1 },
  { name: 'goes on where it was after an error', error: new Error('reset'), lists: 1 },
  { name: 'lists again when its position is gone', error: gone(), lists: 2 },
])('$name', async ({ error, lists }) => {
  void following();
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.cutWatches(error);
  cluster.put(config('meanwhile'));

  await expect.poll(() => heard.some((line) => line.endsWith('meanwhile'))).toBe(true);
  expect(cluster.requests.list).toBe(lists);
});

it('doubts its position after three errors in a row', async () => {
  let refused = 0;
  cluster.refuse = (verb) => (verb === 'watch' && (refused += 1) <= 3 ? new Error('not now') : undefined);

  void following();
  await expect.poll(() => cluster.watches).toBe(1);

  expect(heard).toEqual(['list', 'error', 'error', 'error', 'list']);
});

it('tries again until there is a list', async () => {
  let refused = 0;
  cluster.refuse = (verb) => (verb === 'list' && (refused += 1) <= 5 ? new Error('not now') : undefined);
  cluster.put(config('old'));

  void following();
  await expect.poll(() => cluster.watches).toBe(1);

  expect(heard.filter((line) => line === 'error')).toHaveLength(5);
  expect(heard.at(-1)).toBe('list old');
});

it('leaves a connection that fell silent, and misses nothing', async () => {
  void following({ silence: 50 });
  await expect.poll(() => cluster.watches).toBe(1);

  // A half-open connection: the server sends, and nothing arrives.
  cluster.put(config('unheard'), { silently: true });
  await expect.poll(() => cluster.requests.watch).toBeGreaterThan(1);
  cluster.put(config('heard'));

  await expect.poll(() => heard).toContain('seen heard');
});

it('lists everything again at each resync, whatever the watch said', async () => {
  void following({ resync: 60 });
  await expect.poll(() => cluster.watches).toBe(1);

  cluster.put(config('missed'), { silently: true });

  await expect.poll(() => heard).toContain('list missed');
  expect(heard).not.toContain('error');
});

it('ends with the signal', async () => {
  const ended = following();
  await expect.poll(() => cluster.watches).toBe(1);

  stop.abort();

  await expect(ended).resolves.toBeUndefined();
  expect(cluster.watches).toBe(0);
});
