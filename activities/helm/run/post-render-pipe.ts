import type { Duplex } from 'node:stream';
import type { PostRender } from './act.ts';

/** What became of the one question of helm. */
export interface PostRenderPipe {
  /** For descriptors 3 and 4 of the process. */
  connect(question: Duplex, answer: Duplex): void;
  /** What the post-renderer threw; undefined while it did not. */
  readonly error: unknown;
}

// The plugin ends the stream with it: YAML has none.
const END = 0;
// A release record holds a megabyte in Base64 of gzip: no more than this can be stored of what charts consist of, and
// what is post-rendered is parsed in this process.
const MAX_STREAM = 16 * 1024 * 1024;
// Helm takes no answer for a failure, also where a chart has nothing to apply.
const NOTHING = '# nothing\n';

/** Answers helm's post-render plugin with `postRender`; where that throws, the plugin gets no answer and helm fails. */
export function createPostRenderPipe(postRender: PostRender): PostRenderPipe {
  const state: { error: unknown } = { error: undefined };

  async function reply(chunks: readonly Buffer[], answer: Duplex): Promise<void> {
    try {
      const rendered = await postRender(Buffer.concat(chunks).toString('utf8'));
      answer.end(rendered.trim() === '' ? NOTHING : rendered);
    } catch (error) {
      state.error = error;
      answer.end();
    }
  }

  return {
    connect(question, answer) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let isAsked = false;
      // The process may end at any time.
      for (const pipe of [question, answer]) pipe.on('error', () => undefined);
      question.on('data', (chunk: Buffer) => {
        if (isAsked) return;
        bytes += chunk.length;
        if (bytes > MAX_STREAM) {
          isAsked = true;
          state.error = new Error(`the chart renders more than ${MAX_STREAM} bytes`);
          answer.end();
          return;
        }
        const end = chunk.indexOf(END);
        chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
        if (end < 0) return;
        isAsked = true;
        void reply(chunks, answer);
      });
    },
    get error() {
      return state.error;
    },
  };
}
