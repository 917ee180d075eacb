import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { PostRender } from '../../../../../activities/helm/run/act.ts';
import { createPostRenderPipe } from '../../../../../activities/helm/run/post-render-pipe.ts';

/** What the plugin of helm sees: it writes to the first and reads the second to its end. */
function plugin(postRender: PostRender) {
  const pipe = createPostRenderPipe(postRender);
  const [question, ours] = duplexPair();
  const [answer, alsoOurs] = duplexPair();
  pipe.connect(ours, alsoOurs);
  return { pipe, question, answer: () => text(answer) };
}

test('a stream is whole at its NUL, in however many parts it comes', async () => {
  const streams: string[] = [];
  const { question, answer } = plugin(async (stream) => {
    streams.push(stream);
    return `${stream}# post-rendered\n`;
  });
  const bytes = Buffer.from('name: größe\n\0');

  // In the middle of a letter, too.
  for (const byte of bytes) question.write(Buffer.of(byte));

  expect(await answer()).toBe('name: größe\n# post-rendered\n');
  expect(streams).toEqual(['name: größe\n']);
});

test('an answer without an object is one, since helm takes none for a failure', async () => {
  const { question, answer } = plugin(async () => ' \n');

  question.write('a: b\n\0');

  expect(await answer()).toBe('# nothing\n');
});

test('there is no answer where post-rendering fails, and its error is kept', async () => {
  const { pipe, question, answer } = plugin(() => Promise.reject(new Error('no such patch')));

  question.write('a: b\n\0');

  expect(await answer()).toBe('');
  expect(pipe.error).toEqual(new Error('no such patch'));
});

test('helm may end at any time', async () => {
  const { pipe, question } = plugin(async (stream) => stream);

  question.on('error', () => undefined).destroy(new Error('gone'));

  expect(pipe.error).toBeUndefined();
});
