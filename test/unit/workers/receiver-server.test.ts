import { describe, expect, it, vi } from 'vitest';
import { payload, signatureOf, TOKEN } from '../../support/hooks.ts';
import { pokable, rigFor } from '../../support/receiver-rig.ts';

const push = payload('github-push');
const signed = {
  'content-type': 'application/json',
  'x-github-event': 'push',
  'x-hub-signature-256': signatureOf(push),
};

describe('a webhook', () => {
  it('annotates its object, then signals the run, and is answered without a word', async () => {
    const { send, done, patches } = await rigFor('github');

    const response = await send(push, signed);

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(done).toEqual(['annotate GitRepository/apps/home', 'signal GitRepository/apps/home']);
    const [{ 'reconcile.fluxcd.io/requestedAt': at, 'pawl.dev/signalled-at': signalledAt } = {}] = patches;
    expect(Date.parse(at ?? '')).not.toBeNaN();
    expect(signalledAt).toBe(at);
  });

  it('only annotates an object of a kind that others reconcile', async () => {
    const resources = [{ kind: 'OCIRepository' as const, name: 'charts' }];
    const { send, done, patches } = await rigFor('generic', { resources }, {}, [
      pokable('OCIRepository', 'charts'),
    ]);

    expect((await send()).status).toBe(200);
    expect(done).toEqual(['annotate OCIRepository/apps/charts']);
    expect(Object.keys(patches[0] ?? {})).toEqual(['reconcile.fluxcd.io/requestedAt']);
  });

  it('is answered again when it is delivered again, by one more poke', async () => {
    const { send, done } = await rigFor('github');
    await send(push, signed);

    expect((await send(push, signed)).status).toBe(200);
    await vi.waitFor(() => expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(2));
  });

  it('that cannot be signalled is answered so, and the next one tries again', async () => {
    const { send, rig } = await rigFor('generic');
    rig.signal = () => Promise.reject(new Error('Temporal is away'));
    expect((await send()).status).toBe(500);
    rig.signal = () => Promise.resolve();

    expect((await send()).status).toBe(200);
  });

  it('of hundreds at once makes few pokes', async () => {
    const { send, done } = await rigFor('generic-hmac');
    const headers = { 'x-signature': signatureOf('x') };
    const statuses = await Promise.all(
      Array.from({ length: 400 }, async () => (await send('x', headers)).status),
    );

    expect(new Set(statuses)).toEqual(new Set([200]));
    // How many exactly is a matter of how long they take.
    expect(done.filter((act) => act.startsWith('signal')).length).toBeLessThan(12);
    expect(done.filter((act) => act.startsWith('annotate')).length).toBeLessThan(200);
  });

  it('that was answered is signalled before the server has stopped', async () => {
    const { send, close, done } = await rigFor('generic');
    await send();
    expect((await send()).status).toBe(200);
    await close();

    const acts = ['annotate GitRepository/apps/home', 'signal GitRepository/apps/home'];
    expect(done).toEqual([...acts, ...acts]);
    await expect(send()).rejects.toThrow('fetch failed');
  });
});

it('tells nobody its token, the path or what was sent', async () => {
  const { send, log, path } = await rigFor('gitlab');
  const canary = '{"object_kind":"CANARY-of-the-body"}';
  await send(canary, { 'x-gitlab-token': TOKEN, 'x-gitlab-event': 'Push Hook' });
  await send(canary, { 'x-gitlab-token': `${TOKEN}x` });
  await send('CANARY-of-the-body', { 'x-gitlab-token': TOKEN });

  expect(log()).toContain('webhook accepted');
  expect(log()).toContain('a webhook was refused');
  expect(log()).not.toContain('CANARY');
  expect(log()).not.toContain(path);
});
