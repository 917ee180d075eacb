import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { git } from '../../../tools/git.ts';
import { POLL } from '../../support/flux.ts';
import { type GitHost, startGitHost } from '../../support/git-host.ts';
import { startHttpFront } from '../../support/http-front.ts';
import { imageHome } from '../../support/image-home.ts';

const TOKEN = 'CANARY-token-4471';
const REPOSITORY = 'acme/fleet';

test('a pull request is opened once, follows the images, and tells what keeps it from being opened', async () => {
  await using host = await startGitHost('github', { repository: REPOSITORY, token: TOKEN });
  const { home, image, push, repository, policy, automation } = await imageHome({ source: false });
  const { kube, namespace } = home;
  await using front = await providerOf(home.git.server.url, host);
  const { path } = await home.git.server.createRepository(`${REPOSITORY}.git`);
  await push(['1', '2']);
  const marker = `{"$imagepolicy": "${namespace}:podinfo"}`;
  await home.push({ 'one.yaml': `image: ${image}:1 # ${marker}\n` });
  await git(home.git.tree.dir, 'push', '-q', path, 'HEAD:refs/heads/main');
  await home.source('home', { url: `${front.url}/${REPOSITORY}.git` });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'provider', namespace } };
  await kube.create({ ...secret, stringData: { token: 'CANARY-wrong' } });
  await repository();
  await policy();
  await home.ready(Kind.ImagePolicy, 'podinfo', '2');

  const annotations = {
    'pawl.dev/pull-request': 'github',
    'pawl.dev/pull-request-secret': 'provider',
    'pawl.dev/pull-request-title': 'Images of {{ .AutomationObject.Name }}',
  };
  await automation({}, { annotations });
  const { message } = await home.condition(
    Kind.ImageUpdateAutomation,
    'commits',
    'Ready',
    'PullRequestFailed',
  );
  expect(message).toMatch(/401/);
  const failed = await home.get(Kind.ImageUpdateAutomation, 'commits');
  expect(failed.status?.lastPushCommit).toBeDefined();
  expect(host.pulls).toEqual([]);

  const target = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'provider' };
  await kube.patch(target, { stringData: { token: TOKEN } }, { type: 'merge' });
  await home.reconcile(Kind.ImageUpdateAutomation, 'commits');
  const mended = await home.ready(Kind.ImageUpdateAutomation, 'commits');
  expect(mended.status?.lastPushCommit).toBe(failed.status?.lastPushCommit);
  expect(host.pulls).toMatchObject([
    { title: 'Images of commits', head: 'flux/image-updates', base: 'main', state: 'open' },
  ]);
  expect(host.pulls[0]?.body).toContain(`\`${image}:1\` | \`${image}:2\``);
  const events = await home.events(Kind.ImageUpdateAutomation, 'commits');
  expect(events.map((event) => event.message)).toContain(
    `opened pull request ${host.url}/${REPOSITORY}/pull/1`,
  );

  await push(['3']);
  await home.reconcile(Kind.ImageRepository, 'podinfo');
  await expect.poll(() => host.pulls[0]?.body, POLL).toContain(`\`${image}:1\` | \`${image}:3\``);
  await home.reconcile(Kind.ImageUpdateAutomation, 'commits');
  expect(host.pulls).toHaveLength(1);
  const told = JSON.stringify([
    await home.events(Kind.ImageUpdateAutomation, 'commits'),
    mended.status,
    message,
  ]);
  expect(told).not.toContain('CANARY');
});

/** One address for the repository and for the API beside it, as a git provider has. */
function providerOf(server: string, host: GitHost) {
  return startHttpFront({
    target: server,
    answer: (request, response) => {
      if (!request.url?.startsWith('/api/')) return false;
      const { method, headers } = request;
      const onward = httpRequest(new URL(request.url, host.url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
      return true;
    },
  });
}
