import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../../../activities/notify/receiver/authenticate.ts';
import type {
  AuthenticateDeps,
  Hook,
  ReceiverType,
} from '../../../../../activities/notify/receiver/contract.ts';
import type { ReceiverSpec } from '../../../../../api/receiver.ts';
import { hook, payload, recipient, signatureOf, TOKEN } from '../../../../support/hooks.ts';

const deps: AuthenticateDeps = {
  tokens: { verify: () => Promise.reject(new Error('no type of these has tokens')) },
  googleIssuer: '',
};

function accept(type: ReceiverType, sent: Hook, spec: Partial<ReceiverSpec> = {}) {
  return authenticate(sent, recipient(type, spec), deps);
}

const push = payload('github-push');
const nexus = payload('nexus-component');
const nexusSignature = (body: Buffer | string, token = TOKEN) =>
  createHmac('sha1', token).update(body).digest('hex');
const form = Buffer.from(new URLSearchParams({ payload: push.toString() }).toString());
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('is accepted', () => {
  it.each<[string, ReceiverType, Buffer | string, Record<string, string>]>([
    ['anything at a path that nobody else knows', 'generic', '', {}],
    ['what is no JSON, where nothing looks at it', 'generic', '[truncated', {}],
    ['an HMAC by SHA-256', 'generic-hmac', 'x', { 'x-signature': signatureOf('x') }],
    ['one by SHA-512', 'generic-hmac', 'x', { 'x-signature': signatureOf('x', TOKEN, 'sha512') }],
    ['one by SHA-1', 'generic-hmac', 'x', { 'x-signature': signatureOf('x', TOKEN, 'sha1') }],
    ['a push to GitHub', 'github', push, { 'x-hub-signature-256': signatureOf(push) }],
    ['with the older signature', 'github', push, { 'x-hub-signature': signatureOf(push, TOKEN, 'sha1') }],
    ['as a form', 'github', form, { ...FORM, 'x-hub-signature-256': signatureOf(form) }],
    ['a push to GitLab', 'gitlab', payload('gitlab-push'), { 'x-gitlab-token': TOKEN }],
    ['a request with the token alone', 'gitlab', '', { 'x-gitlab-token': TOKEN }],
    [
      'a push to Bitbucket',
      'bitbucket',
      payload('bitbucket-refs-changed'),
      { 'x-hub-signature': signatureOf(payload('bitbucket-refs-changed')) },
    ],
    ['a push to Harbor', 'harbor', payload('harbor-push'), { authorization: TOKEN }],
    ['a push to Docker Hub', 'dockerhub', payload('dockerhub-push'), {}],
    ['a push to Quay', 'quay', payload('quay-push'), {}],
    ['a push to ACR', 'acr', payload('acr-push'), {}],
    ['the test of ACR', 'acr', payload('acr-ping'), {}],
    ['a component of Nexus', 'nexus', nexus, { 'x-nexus-webhook-signature': nexusSignature(nexus) }],
    [
      'a CDEvent',
      'cdevents',
      payload('cdevents-change-merged'),
      { 'ce-type': 'dev.cdevents.change.merged.0.2.0' },
    ],
  ])('%s (%s)', async (_name, type, body, headers) => {
    await expect(accept(type, hook(body, headers))).resolves.toHaveProperty('req');
  });

  it('and a CDEvent with fields that nobody knows', async () => {
    const event = JSON.parse(payload('cdevents-change-merged').toString()) as { context: object };
    const body = JSON.stringify({ ...event, more: 1, context: { ...event.context, more: 1 } });

    await expect(accept('cdevents', hook(body))).resolves.toHaveProperty('req');
  });

  it('and a token of bytes that are no ASCII', async () => {
    const { receiver, expressions, secret } = recipient('gitlab');
    const token = Buffer.from('geheim-ß');
    const headers = { 'x-gitlab-token': token.toString('latin1') };

    await expect(
      authenticate(hook('', headers), { receiver, expressions, secret: { ...secret, token } }, deps),
    ).resolves.toEqual({ req: {}, event: '' });
  });
});

describe('is refused', () => {
  const other = 'the token of somebody else';
  const cut = push.subarray(0, 200);
  it.each<[string, ReceiverType, Buffer | string, Record<string, string>]>([
    ['without a signature', 'generic-hmac', 'x', {}],
    ['with an empty one', 'generic-hmac', 'x', { 'x-signature': '' }],
    ['with one of another token', 'generic-hmac', 'x', { 'x-signature': signatureOf('x', other) }],
    ['with one of another body', 'generic-hmac', 'y', { 'x-signature': signatureOf('x') }],
    ['with one of no algorithm', 'generic-hmac', 'x', { 'x-signature': signatureOf('x').slice(7) }],
    ['with one of a weak algorithm', 'generic-hmac', 'x', { 'x-signature': signatureOf('x', TOKEN, 'md5') }],
    ['with one of a name of every object', 'generic-hmac', 'x', { 'x-signature': 'constructor=00' }],
    ['with half of one', 'generic-hmac', 'x', { 'x-signature': signatureOf('x').slice(0, 39) }],
    ['with one that is no hex', 'generic-hmac', 'x', { 'x-signature': `sha256=${'zz'.repeat(32)}` }],
    ['with two', 'generic-hmac', 'x', { 'x-signature': `${signatureOf('x')}, ${signatureOf('x')}` }],
    ['without a signature', 'github', push, {}],
    ['with a wrong one', 'github', push, { 'x-hub-signature-256': signatureOf(push, other) }],
    [
      'with a wrong one beside an older right one',
      'github',
      push,
      {
        'x-hub-signature-256': signatureOf(push, other),
        'x-hub-signature': signatureOf(push, TOKEN, 'sha1'),
      },
    ],
    [
      'with a byte more',
      'github',
      Buffer.concat([push, Buffer.from(' ')]),
      { 'x-hub-signature-256': signatureOf(push) },
    ],
    ['cut off, although signed', 'github', cut, { 'x-hub-signature-256': signatureOf(cut) }],
    ['a list, although signed', 'github', '[]', { 'x-hub-signature-256': signatureOf('[]') }],
    ['null, although signed', 'github', 'null', { 'x-hub-signature-256': signatureOf('null') }],
    ['XML', 'github', push, { 'content-type': 'text/xml', 'x-hub-signature-256': signatureOf(push) }],
    ['a form without payload', 'github', 'x=1', { ...FORM, 'x-hub-signature-256': signatureOf('x=1') }],
    ['without a token', 'gitlab', payload('gitlab-push'), {}],
    ['with a wrong one', 'gitlab', payload('gitlab-push'), { 'x-gitlab-token': other }],
    ['with the start of it', 'gitlab', payload('gitlab-push'), { 'x-gitlab-token': TOKEN.slice(0, 5) }],
    ['with it twice', 'gitlab', payload('gitlab-push'), { 'x-gitlab-token': `${TOKEN}, ${TOKEN}` }],
    ['half of a body', 'gitlab', payload('gitlab-push').subarray(0, 99), { 'x-gitlab-token': TOKEN }],
    ['without a signature', 'bitbucket', payload('bitbucket-refs-changed'), {}],
    [
      'with a wrong one',
      'bitbucket',
      payload('bitbucket-refs-changed'),
      { 'x-hub-signature': signatureOf('x') },
    ],
    ['without a token', 'harbor', payload('harbor-push'), {}],
    ['with a wrong one', 'harbor', payload('harbor-push'), { authorization: `Bearer ${TOKEN}` }],
    ['without a signature', 'nexus', nexus, {}],
    ['with a wrong one', 'nexus', nexus, { 'x-nexus-webhook-signature': nexusSignature(nexus, other) }],
    [
      'of wrong types',
      'nexus',
      '{"action":1}',
      { 'x-nexus-webhook-signature': nexusSignature('{"action":1}') },
    ],
    ['of no service', 'dockerhub', '{"repository":{"repo_url":1},"push_data":{"tag":"1"}}', {}],
    ['of no service', 'quay', '{"docker_url":"x","updated_tags":{"0":"1"}}', {}],
    ['of no service', 'acr', '{"action":"push","target":[]}', {}],
    ['without a token', 'gcr', payload('gcr-pubsub'), {}],
    ['without a token', 'generic-oidc', '{}', {}],
  ])('%s (%s)', async (_name, type, body, headers) => {
    const spec = type === 'generic-oidc' ? { oidcProviders: [ISSUER] } : {};

    await expect(accept(type, hook(body, headers), spec)).rejects.toThrow(
      expect.objectContaining({ name: 'RefusedHookError' }),
    );
  });

  const ISSUER = {
    issuerURL: 'https://issuer.example',
    validations: [{ expression: 'true', message: 'no' }],
  };

  const shaped: readonly ReceiverType[] = ['dockerhub', 'quay', 'acr', 'cdevents'];
  it.each(shaped)('malformed (%s)', async (type) => {
    for (const body of ['{}', '[]', 'null', '', '"x"', '{"a":', '\xff'])
      await expect(accept(type, hook(Buffer.from(body, 'latin1')))).rejects.toThrow('the body is no');
  });

  it.each([
    ['of an unknown subject', 'dev.cdevents.moon.landed.0.2.0', {}],
    ['of an unknown predicate', 'dev.cdevents.change.lost.0.2.0', {}],
    ['of no version', 'dev.cdevents.change.merged', {}],
    ['without what its content needs', 'dev.cdevents.service.deployed.0.2.0', {}],
    ['of a version that the specification does not have', 'dev.cdevents.change.merged.0.1.2', {}],
    ['whose subject is another one', 'dev.cdevents.branch.created.0.2.0', {}],
    ['of no time', 'dev.cdevents.change.merged.0.2.0', { timestamp: 'today' }],
  ])('a CDEvent %s', async (_name, type, context) => {
    const event = JSON.parse(payload('cdevents-change-merged').toString()) as { context: object };
    const body = JSON.stringify({ ...event, context: { ...event.context, type, ...context } });

    await expect(accept('cdevents', hook(body))).rejects.toThrow(/no CDEvent/);
  });

  it('a body that is nested without end', async () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    await expect(accept('quay', hook(`{"docker_url":"x","a":${deep}}`))).rejects.toThrow('deeper than 100');
  });
});

describe('events', () => {
  it.each<[ReceiverType, Buffer, Record<string, string>, string]>([
    ['github', push, { 'x-github-event': 'push', 'x-hub-signature-256': signatureOf(push) }, 'PUSH'],
    [
      'gitlab',
      payload('gitlab-push'),
      { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': TOKEN },
      'push hook',
    ],
    [
      'bitbucket',
      payload('bitbucket-refs-changed'),
      {
        'x-event-key': 'repo:refs_changed',
        'x-hub-signature': signatureOf(payload('bitbucket-refs-changed')),
      },
      'repo:refs_changed',
    ],
    [
      'cdevents',
      payload('cdevents-change-merged'),
      { 'ce-type': 'cd.change.merged.v1' },
      'cd.change.merged.v1',
    ],
  ])('of %s are held against spec.events, whatever their case', async (type, body, headers, event) => {
    const sent = hook(body, headers);

    await expect(accept(type, sent, { events: ['other', event] })).resolves.toHaveProperty('event');
    await expect(accept(type, sent, { events: [] })).resolves.toHaveProperty('event');
    await expect(accept(type, sent, { events: ['other'] })).rejects.toThrow('none of spec.events');
  });

  it('let the ping of GitHub through where they name it', async () => {
    const ping = payload('github-ping');
    const sent = hook(ping, { 'x-github-event': 'ping', 'x-hub-signature-256': signatureOf(ping) });

    await expect(accept('github', sent, { events: ['ping', 'push'] })).resolves.toMatchObject({
      event: 'ping',
    });
    await expect(accept('github', sent, { events: ['push'] })).rejects.toThrow('none of spec.events');
  });

  it('are no business of types without them', async () => {
    await expect(accept('quay', hook(payload('quay-push')), { events: ['x'] })).resolves.toHaveProperty(
      'req',
    );
  });
});

describe('what expressions see', () => {
  it('is the JSON of a service', async () => {
    const { req } = await accept('harbor', hook(payload('harbor-push'), { authorization: TOKEN }));

    expect(req).toEqual(JSON.parse(payload('harbor-push').toString()));
  });

  it.each([
    [
      'JSON, where it says so',
      'application/json; charset=utf-8',
      { image: 'registry.example/team/web', tag: '42' },
    ],
    ['nothing otherwise', 'text/plain', {}],
  ])('is of a generic one %s', async (_name, type, expected) => {
    const sent = hook(payload('generic'), { 'content-type': type });

    await expect(accept('generic', sent, { resourceFilter: 'true' })).resolves.toEqual({ req: expected });
  });

  it('is nothing of a service that does not say that it sends JSON', async () => {
    const plain = { authorization: TOKEN, 'content-type': 'text/plain' };

    await expect(accept('harbor', hook(payload('harbor-push'), plain))).resolves.toMatchObject({ req: {} });
  });

  it('is the JSON in a form', async () => {
    const body = 'payload=%7B%22a%22%3A1%7D';
    const form = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-hub-signature-256': signatureOf(body),
    };

    await expect(accept('github', hook(body, form))).resolves.toMatchObject({ req: { a: 1 } });
  });

  it('refuses a generic one whose body is no object', async () => {
    for (const body of ['[]', 'null', '', '{'])
      await expect(accept('generic', hook(body), { resourceFilter: 'true' })).rejects.toThrow(
        'the body is no',
      );
  });
});
