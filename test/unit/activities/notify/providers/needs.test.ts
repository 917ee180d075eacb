import { describe, expect, it } from 'vitest';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

describe('what a type needs', () => {
  const ANY = { address: 'https://a.example.org' };
  it.each([
    ['telegram', {}, /^a provider of type telegram needs spec\.channel; set it$/],
    ['telegram', { channel: '1' }, /needs the key token in the Secret of spec\.secretRef/],
    ['telegram', { channel: '1', token: '1/../x' }, /token that is none of a bot/],
    ['matrix', { ...ANY, channel: '!a' }, /needs the key token/],
    ['matrix', { ...ANY, token: 't' }, /needs spec\.channel/],
    ['webex', { ...ANY, channel: 'r' }, /needs the key token/],
    ['zoom', ANY, /needs the key token/],
    ['opsgenie', ANY, /needs the key token/],
    ['incident.io', ANY, /needs the key token/],
    ['datadog', ANY, /needs the key token/],
    ['pagerduty', ANY, /needs spec\.channel/],
    ['pagerduty', { address: 'x', channel: 'k' }, /does not parse as a URL/],
    ['zulip', { ...ANY, channel: 'general' }, /spec\.channel as <channel>\/<topic>/],
    ['zulip', { ...ANY, channel: 'general/' }, /spec\.channel as <channel>\/<topic>/],
    ['sentry', {}, /needs spec\.address, or the key address/],
    ['slack', { ...ANY, token: 'two\nlines' }, /token with line breaks/],
    ['slack', {}, /^the address for Slack must be http:\/\/ or https:\/\/ with a host/],
    ['discord', { address: 'discord' }, /^the address for Discord must be/],
    ['grafana', { address: 'ftp://a' }, /^the address for Grafana must be/],
    ['msteams', { address: 'http://169.254.169.254/' }, /link-local or metadata/],
  ] as const)('%s with %o', async (type, recipient, message) => {
    await expect(service.send(type, recipient, eventOf('error'))).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: true,
      message: expect.stringMatching(message) as string,
    });
  });
});
