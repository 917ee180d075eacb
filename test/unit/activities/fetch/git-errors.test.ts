import { describe, expect, it } from 'vitest';
import { GitCommandError } from '../../../../activities/fetch/git.ts';
import { gitFailure, gitProblem } from '../../../../activities/fetch/git-errors.ts';
import { checkGitUrl } from '../../../../activities/fetch/git-url.ts';

const url = checkGitUrl('https://host/org/app');
const LASTING = true;
const PASSING = false;

describe('what git says', () => {
  it.each<[said: string, problem: string, type: string, nonRetryable: boolean]>([
    ["fatal: Authentication failed for 'https://host/'", 'authentication', 'AuthenticationFailed', LASTING],
    [
      "fatal: could not read Username for 'https://host': terminal prompts disabled",
      'authentication',
      'AuthenticationFailed',
      LASTING,
    ],
    [
      'git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'authentication',
      'AuthenticationFailed',
      LASTING,
    ],
    ['Load key "/x/identity": error in libcrypto', 'authentication', 'AuthenticationFailed', LASTING],
    [
      'fatal: unable to access: The requested URL returned error: 403',
      'authentication',
      'AuthenticationFailed',
      LASTING,
    ],
    [
      'Host key verification failed.\nfatal: Could not read from remote repository.',
      'host-key',
      'AuthenticationFailed',
      LASTING,
    ],
    [
      'fatal: unable to access: server certificate verification failed. CAfile: none',
      'tls',
      'GitOperationFailed',
      LASTING,
    ],
    [
      'fatal: unable to access: gnutls_handshake() failed: Certificate is required',
      'tls',
      'GitOperationFailed',
      LASTING,
    ],
    ["fatal: repository 'https://host/x/' not found", 'not-found', 'GitOperationFailed', LASTING],
    ['remote: Repository not found.', 'not-found', 'GitOperationFailed', LASTING],
    ["fatal: couldn't find remote ref refs/heads/x", 'missing-ref', 'GitOperationFailed', LASTING],
    ['fatal: remote error: upload-pack: not our ref 0000', 'refused-object', 'GitOperationFailed', LASTING],
    [
      'error: Server does not allow request for unadvertised object 0000',
      'refused-object',
      'GitOperationFailed',
      LASTING,
    ],
    [
      'fatal: unable to access: The requested URL returned error: 301',
      'redirect',
      'GitOperationFailed',
      LASTING,
    ],
    [
      "error: object 00: hasDotgit: contains '.git'\nfatal: fsck error in packed object",
      'bad-object',
      'GitOperationFailed',
      LASTING,
    ],
    ['error: index-pack died of signal 25', 'too-large', 'GitOperationFailed', LASTING],
    [
      "fatal: Unable to create '/m/shallow.lock': File exists.",
      'corrupt-mirror',
      'GitOperationFailed',
      PASSING,
    ],
    [
      'error: object file ./objects/00/11 is empty\nfatal: loose object 0011 is corrupt',
      'corrupt-mirror',
      'GitOperationFailed',
      PASSING,
    ],
    ['fatal: write error: No space left on device', 'disk', 'StorageOperationFailed', PASSING],
    ['fatal: unable to access: Could not resolve host: host', 'network', 'GitOperationFailed', PASSING],
    ['error: RPC failed; curl 56\nfatal: early EOF', 'network', 'GitOperationFailed', PASSING],
    [
      'fatal: unable to access: The requested URL returned error: 503',
      'network',
      'GitOperationFailed',
      PASSING,
    ],
    ['ssh: connect to host host port 22: Connection refused', 'network', 'GitOperationFailed', PASSING],
    ['launch: 5: exec: git: not found', 'no-git', 'GitOperationFailed', PASSING],
    ['fatal: something new', 'unknown', 'GitOperationFailed', PASSING],
  ])('%s', (...row) => {
    const [said, problem, type, nonRetryable] = row;
    const error = new GitCommandError('exit', said);

    expect(gitProblem(error)).toBe(problem);
    expect(gitFailure(error, 'unable to clone', url)).toMatchObject({
      type,
      nonRetryable,
      message: expect.stringMatching(/^unable to clone 'https:\/\/host\/org\/app': .+; /),
    });
  });

  it('is cut short, without the chatter before it', () => {
    const chatter = 'remote: Counting objects\r'.repeat(10_000);
    const failure = gitFailure(
      new GitCommandError('exit', `${chatter}\nfatal: early EOF`),
      'unable to clone',
      url,
    );

    expect(failure).toMatchObject({
      message: "unable to clone 'https://host/org/app': early EOF; it is tried again",
    });
  });

  it('leaves other errors as they are', () => {
    const error = new Error('cancelled');

    expect(gitFailure(error, 'unable to clone', url)).toBe(error);
  });
});
