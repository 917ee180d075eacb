import { describe, expect, it } from 'vitest';
import { checkGitUrl } from '../../../../activities/fetch/git-url.ts';
import type { GitProvider } from '../../../../activities/git-host/git-provider.ts';
import { repositoryOf } from '../../../../activities/git-host/repository-of.ts';

describe('the repository of a git URL', () => {
  it.each<[GitProvider, string, string, string]>([
    ['github', 'https://github.com/acme/fleet', 'https://api.github.com', 'acme/fleet'],
    ['github', 'https://github.com/acme/fleet.git', 'https://api.github.com', 'acme/fleet'],
    ['github', 'https://github.com/acme/fleet.git/', 'https://api.github.com', 'acme/fleet'],
    ['github', 'https://www.github.com/acme/fleet/', 'https://api.github.com', 'acme/fleet'],
    ['github', 'ssh://git@github.com/acme/fleet.git', 'https://api.github.com', 'acme/fleet'],
    ['github', 'ssh://git@ssh.github.com:443/acme/fleet.git', 'https://api.github.com', 'acme/fleet'],
    ['github', 'https://git.example.com/acme/fleet', 'https://git.example.com/api/v3', 'acme/fleet'],
    [
      'github',
      'https://git.example.com:8443/acme/fleet',
      'https://git.example.com:8443/api/v3',
      'acme/fleet',
    ],
    ['github', 'ssh://git@git.example.com:2222/acme/fleet', 'https://git.example.com/api/v3', 'acme/fleet'],
    ['github', 'https://acme.ghe.com/acme/fleet', 'https://api.acme.ghe.com', 'acme/fleet'],
    [
      'github',
      'https://github.com/acme/fleet.github.io.git',
      'https://api.github.com',
      'acme/fleet.github.io',
    ],
    ['gitlab', 'https://gitlab.com/acme/fleet.git', 'https://gitlab.com/api/v4', 'acme/fleet'],
    ['gitlab', 'https://gitlab.com/acme/a/b/fleet.git', 'https://gitlab.com/api/v4', 'acme/a/b/fleet'],
    ['gitlab', 'ssh://git@altssh.gitlab.com:443/acme/fleet.git', 'https://gitlab.com/api/v4', 'acme/fleet'],
    ['gitlab', 'https://gitlab.com/15513', 'https://gitlab.com/api/v4', '15513'],
    ['gitlab', 'http://git.example.com:8080/a/b', 'http://git.example.com:8080/api/v4', 'a/b'],
    ['gitea', 'https://gitea.com/acme/fleet.git', 'https://gitea.com/api/v1', 'acme/fleet'],
    ['forgejo', 'https://codeberg.org/acme/fleet', 'https://codeberg.org/api/v1', 'acme/fleet'],
    ['gitea', 'ssh://git@[::1]:2222/acme/fleet.git', 'https://[::1]/api/v1', 'acme/fleet'],
  ])('with %s, %s', (provider, url, api, path) => {
    expect(repositoryOf(provider, checkGitUrl(url))).toEqual({ api, path });
  });

  it.each<[GitProvider, string, string, string]>([
    ['gitea', 'ssh://git@example.com/acme/fleet', 'https://git.example.com/api/v1', 'acme/fleet'],
    ['gitea', 'https://example.com/git/acme/fleet', 'https://example.com/git/api/v1', 'acme/fleet'],
    ['gitlab', 'https://example.com/git/a/b/c', 'https://example.com/git/api/v4', 'a/b/c'],
    ['gitlab', 'https://example.com/gitlab/c', 'https://example.com/git/api/v4', 'gitlab/c'],
    ['github', 'https://github.com/acme/fleet', 'https://api.github.com', 'acme/fleet'],
    ['github', 'https://github.com/acme/fleet', 'https://proxy.example.com/github', 'acme/fleet'],
  ])('with %s, %s and the address %s', (provider, url, api, path) => {
    for (const address of [api, `${api}/`]) {
      expect(repositoryOf(provider, checkGitUrl(url), new URL(address))).toEqual({ api, path });
    }
  });

  it.each<[GitProvider, string]>([
    ['github', 'https://github.com/fleet'],
    ['github', 'https://github.com/acme/fleet/more'],
    ['github', 'https://github.com/acme/%2e%2e%2fadmin'],
    ['github', 'https://github.com/acme/fl%20eet'],
    ['github', 'https://github.com/acme//fleet'],
    ['github', 'https://github.com/acme/...'],
    ['gitlab', 'https://gitlab.com/fleet.git'],
    ['gitlab', 'https://gitlab.com/acme/fl%3Feet'],
    ['gitea', 'https://gitea.com/a/b/c'],
  ])('with %s, none of %s', (provider, url) => {
    expect(repositoryOf(provider, checkGitUrl(url))).toContain('has no path like');
  });
});
