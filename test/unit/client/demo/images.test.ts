import { expect, it } from 'vitest';
import { fillRegistry } from '../../../../client/demo/images.ts';
import { startRegistry } from '../../../../tools/registry.ts';
import { temporaryFolder } from '../../../support/harness.ts';

/** The tags of the journal in a registry that was started and filled. */
async function day(dir: string, { isAnew = false, push = [] as readonly string[] }) {
  const registry = await startRegistry({ dir });
  try {
    const images = await fillRegistry(registry, dir, isAnew);
    for (const tag of push) await images.push('journal', tag);
    const answer = await fetch(`${registry.url}/v2/journal/tags/list`);
    return ((await answer.json()) as { tags: string[] }).tags;
  } finally {
    await registry.stop();
  }
}

it('images of the demo are there again after a restart, until the story begins anew', async () => {
  const dir = temporaryFolder();

  expect(await day(dir, { isAnew: true, push: ['42'] })).toEqual(['41', '42']);
  expect(await day(dir, {})).toEqual(['41', '42']);
  expect(await day(dir, { isAnew: true })).toEqual(['41']);
});
