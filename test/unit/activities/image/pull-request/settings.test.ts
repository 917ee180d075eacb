import { describe, expect, it } from 'vitest';
import { pullRequestSettings } from '../../../../../activities/image/pull-request/settings.ts';

function settingsOf(annotations?: Record<string, string>) {
  return pullRequestSettings({ metadata: annotations ? { annotations } : {} });
}

describe('the annotations for a pull request', () => {
  it.each([[undefined], [{}], [{ 'pawl.dev/pull-request-secret': 'github' }]])(
    'ask for none with %j',
    (annotations) => {
      expect(settingsOf(annotations)).toBeUndefined();
    },
  );

  it.each(['github', 'gitlab', 'gitea', 'forgejo'])('may name %s', (provider) => {
    const annotations = { 'pawl.dev/pull-request': provider, 'pawl.dev/pull-request-secret': 'token' };

    expect(settingsOf(annotations)).toEqual({
      provider,
      secretName: 'token',
      title: undefined,
      body: undefined,
    });
  });

  it('may bring templates', () => {
    const annotations = {
      'pawl.dev/pull-request': 'github',
      'pawl.dev/pull-request-secret': 'token',
      'pawl.dev/pull-request-title': 'A title',
      'pawl.dev/pull-request-body': 'A body',
    };

    expect(settingsOf(annotations)).toMatchObject({ title: 'A title', body: 'A body' });
  });

  it.each([
    [{ 'pawl.dev/pull-request': 'bitbucket' }, /"bitbucket" is no provider; write one of github, gitlab/],
    [{ 'pawl.dev/pull-request': '' }, /"" is no provider/],
    [{ 'pawl.dev/pull-request': 'constructor' }, /no provider/],
    [{ 'pawl.dev/pull-request': 'GitHub' }, /no provider/],
    [{ 'pawl.dev/pull-request': 'github' }, /pawl.dev\/pull-request-secret is missing; name there/],
    [
      { 'pawl.dev/pull-request': 'github', 'pawl.dev/pull-request-secret': ' ' },
      /pull-request-secret is missing/,
    ],
  ])('%j say what to do', (annotations, message) => {
    expect(() => settingsOf(annotations)).toThrow(
      expect.objectContaining({
        type: 'PullRequestFailed',
        nonRetryable: true,
        message: expect.stringMatching(message),
      }),
    );
  });
});
