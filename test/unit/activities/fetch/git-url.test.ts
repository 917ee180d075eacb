import { describe, expect, it } from 'vitest';
import {
  checkCommit,
  checkFullRefName,
  checkGitUrl,
  checkRefName,
} from '../../../../activities/fetch/git-url.ts';

describe('checkGitUrl', () => {
  it.each([
    ['https://github.com/org/repo', 'https://github.com/org/repo', 'https://github.com'],
    ['https://host:8443/a/b.git', 'https://host:8443/a/b.git', 'https://host:8443'],
    ['http://127.0.0.1:3000/repo.git', 'http://127.0.0.1:3000/repo.git', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000/repo.git', 'http://[::1]:3000/repo.git', 'http://[::1]:3000'],
    ['https://org@dev.azure.com/org/p/_git/r', 'https://dev.azure.com/org/p/_git/r', 'https://dev.azure.com'],
    ['https://host/My%20Project/r', 'https://host/My%20Project/r', 'https://host'],
    ['ssh://git@host/org/repo', 'ssh://git@host/org/repo', 'ssh://host'],
    ['ssh://host:2222/org/repo', 'ssh://git@host:2222/org/repo', 'ssh://host:2222'],
    [
      'ssh://git@ssh.dev.azure.com/v3/o/My%20P/r',
      'ssh://git@ssh.dev.azure.com/v3/o/My%20P/r',
      'ssh://ssh.dev.azure.com',
    ],
  ])('accepts %s', (url, href, origin) => {
    expect(checkGitUrl(url)).toMatchObject({ href, origin });
  });

  it.each([
    ['an option', '--upload-pack=touch PWN'],
    ['a short option', '-uPWN'],
    ['the ext transport', 'ext::sh -c touch% PWN'],
    ['a file URL', 'file:///etc'],
    ['a path', '/srv/repo.git'],
    ['a file descriptor', 'fd::0'],
    ['the git protocol', 'git://host/repo'],
    ['the scp form', 'git@host:org/repo'],
    ['an ssh option as host', 'ssh://-oProxyCommand=touch%20PWN/x'],
    ['an ssh option as user', 'ssh://-oProxyCommand=x@host/x'],
    ['an empty host', 'https:///host/x'],
    ['a backslash host', 'https://\\host/x'],
    ['a newline', 'https://h/\nhost=evil'],
    ['an escaped newline', 'https://h/%0ahost=evil'],
    ['an escaped return', 'https://h/%0D'],
    ['an escaped NUL', 'ssh://h/x%00y'],
    ['a NUL', 'https://h/x\u0000'],
    ['a password', 'https://u:CANARY@host/x'],
    ['a password for ssh', 'ssh://u:CANARY@host/x'],
    ['a quote in an ssh path', "ssh://git@host/a'%3btouch%20PWN"],
    ['an escaped quote in an ssh path', 'ssh://git@host/a%27b'],
    ['a broken escape', 'https://host/%zz'],
    ['no path', 'https://host'],
    ['a fragment', 'https://host/x#y'],
    ['5,000 characters', `https://host/${'a'.repeat(5000)}`],
    ['the metadata address', 'http://169.254.169.254/latest'],
    ['the metadata address as a number', 'http://2852039166/latest'],
    ['a host with a percent', 'https://ho%2ast/x'],
  ])('refuses %s as a stalled URLInvalid that does not repeat it', (_name, url) => {
    expect(() => checkGitUrl(url)).toThrow(
      expect.objectContaining({
        type: 'URLInvalid',
        nonRetryable: true,
        message: expect.not.stringContaining('CANARY'),
      }),
    );
  });
});

describe('checkRefName', () => {
  it.each(['main', 'feature/x', 'v1.2.3', 'release-1', 'a@b', 'ünï'])('accepts %s', (name) => {
    expect(checkRefName('spec.ref.branch', name)).toBe(name);
  });

  it.each([
    '--upload-pack=touch PWN',
    '-uPWN',
    'a/-b',
    'a..b',
    '@{-1}',
    '@',
    'x.lock',
    'x.lock/y',
    'refs/heads/',
    '/a',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    '',
    'a\u0000b',
    'a\nb',
    'a\u007f',
    'x'.repeat(5000),
    'refs/heads/../../x',
  ])('refuses case %#', (name) => {
    const refused = expect.objectContaining({ type: 'GitOperationFailed', nonRetryable: true });

    expect(() => checkRefName('spec.ref.branch', name)).toThrow(refused);
  });
});

describe('checkFullRefName', () => {
  it('has the same rules for the parts of a name', () => {
    expect(() => checkFullRefName('refs/heads/../../x')).toThrow(/spec.ref.name/);
    expect(() => checkFullRefName('refs/heads/-x')).toThrow(/spec.ref.name/);
  });

  it.each(['HEAD', 'refs/heads/main', 'refs/pull/1/head'])('accepts %s', (name) => {
    expect(checkFullRefName(name)).toBe(name);
  });

  it.each(['main', 'refs/', 'FETCH_HEAD'])('refuses %s', (name) => {
    expect(() => checkFullRefName(name)).toThrow(/spec.ref.name/);
  });
});

describe('checkCommit', () => {
  it.each(['a'.repeat(40), '0'.repeat(64)])('accepts %s', (commit) => {
    expect(checkCommit(commit)).toBe(commit);
  });

  it.each(['abc123', 'A'.repeat(40), '--upload-pack=x', `${'a'.repeat(40)}\n`, 'HEAD', ''])(
    'refuses %j',
    (commit) => {
      expect(() => checkCommit(commit)).toThrow(/spec.ref.commit/);
    },
  );
});
