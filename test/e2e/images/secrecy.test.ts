import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { found, placesOf } from '../../support/canaries.ts';
import { POLL } from '../../support/flux.ts';
import { startGitHost } from '../../support/git-host.ts';
import { type Stack, startStack, temporaryFolder } from '../../support/harness.ts';
import { startHttpFront } from '../../support/http-front.ts';
import { type ImageHome, imageHome } from '../../support/image-home.ts';

// Its log and all its histories are read, so it is not the stack that all tests share.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  await stack.startWorker({ args: ['--log-level=debug'] });
});
afterAll(() => stack?.stop());

// Characters that a URL, a shell and base64 each write differently.
const CANARY = {
  registry: 'CANARY-registry/p@ss:w?rd&1',
  wrong: 'CANARY-registry-wrong~1',
  git: 'CANARY-git/p@ss w?rd&1',
  gitWrong: 'CANARY-git-wrong/p@ss',
  passphrase: 'CANARY-phrase "$(x)',
  passphraseWrong: 'CANARY-phrase-wrong',
  token: 'CANARY-token+of=1',
};
const KINDS = [
  Kind.ImageRepository,
  Kind.ImagePolicy,
  Kind.ImageUpdateAutomation,
  Kind.GitRepository,
] as const;

test('no secret of image automation is told: not in objects, events, log or history', async () => {
  const git = { auth: { username: 'ada', password: CANARY.git } };
  const images = await imageHome({ stack, git, source: false });
  const { home, registry, push, image, log } = images;
  const right = `Basic ${Buffer.from(`ada:${CANARY.registry}`).toString('base64')}`;
  await using front = await startHttpFront({
    target: registry.url,
    answer: ({ headers }, response) => {
      if (headers.authorization === right) return false;
      // What was shown comes back, as debug pages have it.
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="front"' });
      response.end(`denied: ${headers.authorization}`);
      return true;
    },
  });
  await using host = await startGitHost('gitea', { repository: 'acme/fleet', token: CANARY.token });
  const { host: address } = new URL(front.url);
  const { identity, phrase } = await secrets(images, address);
  await push(['1', '2']);
  await home.push({ 'one.yaml': `image: ${image}:1 # {"$imagepolicy": "${home.namespace}:podinfo"}\n` });
  await home.source('home', { secretRef: { name: 'git' } });
  await home.source('wrong', { secretRef: { name: 'git-wrong' } });
  const spec = { image: `${address}/apps/podinfo` };
  await images.repository({ ...spec, secretRef: { name: 'registry' } });
  await images.repository({ ...spec, secretRef: { name: 'registry-wrong' } }, 'wrong');
  await images.policy();
  const automate = (name: string, key: string, source = 'home') => {
    const commit = { author: { email: 'a@b' }, signingKey: { type: 'ssh', secretRef: { name: key } } };
    const annotations = { 'pawl.dev/pull-request': 'gitea', 'pawl.dev/pull-request-secret': 'token' };
    const sourceRef = { kind: 'GitRepository', name: source };
    return images.automation({ sourceRef, git: { commit, push: { branch: name } } }, { name, annotations });
  };
  await automate('good', 'key');
  await automate('wrong-key', 'key-wrong');
  await automate('wrong-login', 'key', 'wrong');

  await home.ready(Kind.ImagePolicy, 'podinfo', '2');
  await expect.poll(() => log('good').catch(() => []), POLL).toHaveLength(2);
  await home.condition(Kind.ImageRepository, 'wrong', 'Ready', 'ReadOperationFailed');
  await home.condition(Kind.ImageUpdateAutomation, 'wrong-key', 'Ready', 'SourceManagerFailed');
  await home.condition(Kind.ImageUpdateAutomation, 'wrong-login', 'Ready', 'GitOperationFailed');
  // The API is not where the repository is.
  await home.condition(Kind.ImageUpdateAutomation, 'good', 'Ready', 'PullRequestFailed');
  expect(host.pulls).toEqual([]);

  const places = await placesOf(stack, home, KINDS);
  const { log: lines, ...others } = places;
  expect(lines).toContain('worker started');
  for (const text of Object.values(others)) expect(text).toContain(home.namespace);
  expect(found(places, [...Object.values(CANARY), ...identity, phrase])).toEqual([]);
});

/** Creates all Secrets, right and wrong ones; resolves to the lines of the private key. */
async function secrets({ home }: ImageHome, registry: string) {
  const { kube, namespace } = home;
  const file = join(temporaryFolder(), 'identity');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', CANARY.passphrase, '-C', 'bot', '-f', file]);
  const identity = readFileSync(file, 'utf8');
  const login = (password: string) => ({
    '.dockerconfigjson': JSON.stringify({ auths: { [registry]: { username: 'ada', password } } }),
  });
  const all = {
    registry: login(CANARY.registry),
    'registry-wrong': login(CANARY.wrong),
    git: { username: 'ada', password: CANARY.git },
    'git-wrong': { username: 'ada', password: CANARY.gitWrong },
    key: { identity, password: CANARY.passphrase },
    'key-wrong': { identity, password: CANARY.passphraseWrong },
    token: { token: CANARY.token },
  };
  for (const [name, stringData] of Object.entries(all)) {
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
  }
  const lines = identity.split('\n').filter((line) => line.length > 60);
  return { identity: lines, phrase: CANARY.passphrase };
}
