import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pawlHere } from '../../../support/pawl-here.ts';
import { FLUX, openTranscripts, runFlux, type Transcript } from '../../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project unit test/unit/client/cli/trigger.test.ts
const transcripts = openTranscripts(join(import.meta.dirname, 'trigger-transcripts.json'));
afterAll(() => transcripts.save());

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let heard: Heard[] = [];
/** Status codes of the next answers; then 200. */
let answers: number[] = [];
let url = '';

const server = createServer((request, response) => {
  void text(request).then((body) => {
    heard.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
    if (request.url?.startsWith('/token')) return response.end(JSON.stringify({ value: 'issued' }));
    response.statusCode = answers.shift() ?? 200;
    return response.end(response.statusCode === 200 ? '' : 'says why\n');
  });
});

beforeEach(async () => {
  heard = [];
  answers = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs a line in which URL stands for the server. */
async function run(line: string): Promise<Transcript> {
  const args = ['trigger', 'receiver', ...line.replaceAll('URL', url).split(' ')];
  const { code, stdout, stderr } = await (FLUX ? runFlux(FLUX, args) : pawlHere(args));
  return { code, stdout, stderr: stderr.replaceAll(url, 'URL') };
}

const quick = '--url=URL --retry-delay=10ms';

describe('trigger receiver says what flux says', () => {
  it.each([
    { line: 'web --url=URL --token=t', codes: [] },
    { line: 'web -n apps --url=URL/base/ --token=t --payload={"a":1}', codes: [202] },
    { line: 'web --url=URL --token=t --type=generic-hmac', codes: [204] },
    { line: 'web --url=URL --type=generic-oidc --oidc-token=x', codes: [] },
    { line: `web ${quick} --token=t`, codes: [404, 503] },
    { line: `web ${quick} --token=t --retries=1`, codes: [500, 500] },
    { line: `web ${quick} --token=t --retries=0`, codes: [429] },
    { line: `web ${quick} --token=t`, codes: [401] },
    { line: `web ${quick} --token=t`, codes: [400] },
    { line: 'web --token=t', codes: [] },
    { line: 'web --url=URL', codes: [] },
    { line: 'web --url=URL --type=generic-hmac', codes: [] },
    { line: 'web --url=URL --token=t --type=github', codes: [] },
    { line: 'web --url=URL --token=t --oidc-token=x', codes: [] },
    { line: 'web --url=URL --type=generic-oidc --token=t', codes: [] },
    { line: 'web --url=URL --type=generic-oidc --oidc-token=x --oidc-provider=github', codes: [] },
    { line: 'web --url=URL --type=generic-oidc --oidc-provider=gitlab', codes: [] },
    { line: 'web --url=URL --type=generic-oidc --oidc-token=x --oidc-audience=a', codes: [] },
    { line: 'web --url=URL --type=generic-oidc', codes: [] },
  ])('$line, answered with $codes', async ({ line, codes }) => {
    answers = [...codes];

    const transcript = await run(line);

    // Requests are told as transcripts: what pawl sends is what flux sends.
    const sent = heard.map(({ path, headers, body }) => ({
      path,
      body,
      type: headers['content-type'],
      signature: headers['x-signature'] ?? '',
      authorization: headers.authorization ?? '',
    }));
    const told = [{ ...transcript, stdout: transcript.stdout + JSON.stringify(sent) }];
    expect(told).toEqual(transcripts.expected(`${line} ${codes.join(' ')}`, told));
  });
});

describe.skipIf(FLUX)('a token from who runs the job', () => {
  it('is asked for as in a job of GitHub or Forgejo', async () => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `${url}/token?run=1`);
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'mine');

    const { code } = await run('web --url=URL --type=generic-oidc --oidc-provider=github');

    expect(code).toBe(0);
    expect(heard.map(({ path, headers }) => [path.slice(0, 56), headers.authorization])).toEqual([
      ['GET /token?run=1&audience=notification-controller', 'Bearer mine'],
      [expect.stringMatching(/^POST \/hook\/[0-9a-f]+$/), 'Bearer issued'],
    ]);
  });

  it('is missed outside of a job', async () => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', '');

    const { stderr } = await run('web --url=URL --type=generic-oidc --oidc-provider=forgejo');

    expect(stderr).toContain('ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set');
  });

  it('may come from the environment', async () => {
    vi.stubEnv('FLUX_TRIGGER_RECEIVER_OIDC_TOKEN', 'of the environment');

    await run('web --url=URL --type=generic-oidc');

    expect(heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer of the environment']);
  });
});

describe.skipIf(FLUX)('a server that is not there', () => {
  it('is tried again, and then said to be so', async () => {
    const { code, stderr } = await run(
      'web --url=http://127.0.0.1:1 --token=t --retries=1 --retry-delay=1ms',
    );

    expect(code).toBe(1);
    expect(stderr.match(/request to http:\/\/127\.0\.0\.1:1\/hook\/\w+ failed: /g)).toHaveLength(2);
    expect(stderr).toContain('; retrying in 1ms (1/1)');
  });

  it('is not waited for longer than --timeout', async () => {
    const { stderr } = await run('web --url=http://127.0.0.1:1 --token=t --retry-delay=10m --timeout=300ms');

    expect(stderr).toContain('context deadline exceeded');
  });
});
