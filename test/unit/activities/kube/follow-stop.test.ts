import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { KubeClient } from '../../../../activities/kube/client.ts';
import { follow } from '../../../../activities/kube/follow.ts';

// A worker that was told to stop within its first moments did not, until it was killed: its watch had been
// listing just then, and went on to watch.
it('ends when the signal comes while it lists', async () => {
  const stop = new AbortController();
  const kube: Pick<KubeClient, 'list' | 'watch'> = {
    list: () => {
      stop.abort();
      return Promise.resolve({ items: [], resourceVersion: '1' });
    },
    async *watch(_query, { signal }) {
      if (!signal.aborted) await once(signal, 'abort');
      yield* [];
    },
  };
  const query = { apiVersion: 'v1', kind: 'ConfigMap' };
  const follower = { onList: () => {}, onEvent: () => {} };

  const ended = follow(kube as KubeClient, query, follower, { signal: stop.signal });

  await expect(ended).resolves.toBeUndefined();
}, 2_000);
