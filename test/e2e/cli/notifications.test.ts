import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createKubeClient, type KubeClient } from '../../../activities/kube/client.ts';
import { loadKubeAccess } from '../../../activities/kube/config.ts';
import { answerRequests } from '../../support/answering-controller.ts';
import { createNamespace, type Stack, startStack } from '../../support/harness.ts';
import { putObjects } from '../../support/helm-objects.ts';
import { notificationObjects } from '../../support/notification-objects.ts';
import { pawlHere, speakTo } from '../../support/pawl-here.ts';
import { openTranscripts, runLine, type Transcript } from '../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project e2e test/e2e/cli/notifications.test.ts
const transcripts = openTranscripts(join(import.meta.dirname, 'notification-transcripts.json'));

let stack: Stack;
let kube: KubeClient;

// No worker: the status of all objects is the test's own.
beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  speakTo(stack);
  kube = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
  await putObjects(kube, notificationObjects());
});
afterAll(async () => {
  await kube.close();
  await stack.stop();
  transcripts.save();
});

/** A namespace in which what is asked for is done at once. */
async function home(): Promise<string> {
  const namespace = await createNamespace(kube, 'live');
  const stop = new AbortController();
  const answering = answerRequests(kube, namespace, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await answering;
  });
  return namespace;
}

describe('shows what is told, and to whom, as flux does', () => {
  it.each([
    'get all -A',
    'get receivers -n told --status-selector ready=false',
    'get alert-providers -n told',
    'get alerts -A --status-selector ready!=true',
    'get alert apps -n told --status-selector ready=true',
    'get alert-provider nope -n told',
    'export receiver --all -n told',
    'export alert-provider chat -n told',
    'export alert --all -n told',
    'events --for Alert/apps -n told',
    'events --for Receiver/github -n told',
    'stats -A',
    'delete alert-provider -s',
  ])('%s', async (line) => {
    const transcript = await runLine(stack, line, '', pawlHere);

    expect([transcript]).toEqual(transcripts.expected(line, [transcript]));
  });
});

it('operates them as flux does', async () => {
  const namespace = await home();
  const heard: Transcript[] = [];

  for (const line of [
    'create receiver web -n NS --type=github --secret-ref=token --resource=GitRepository/web',
    'create receiver web -n NS --type=gitlab --secret-ref=token --resource=GitRepository/web',
    'reconcile receiver web -n NS',
    'suspend receiver web -n NS',
    'reconcile receiver web -n NS',
    'resume receiver web -n NS',
    'delete receiver web -n NS -s',
    'create alert-provider chat -n NS --type=slack --secret-ref=chat',
    'suspend alert-provider chat nope -n NS',
    'resume alert-provider chat -n NS',
    'create alert apps -n NS --provider-ref=chat --event-source=Kustomization/*',
    'create alert apps -n NS --provider-ref=chat --event-source=Kustomization/*',
    'suspend alert --all -n NS',
    'resume alert --all -n NS --wait',
    'delete alert apps -n NS -s',
    'delete alert-provider chat -n NS -s',
  ]) {
    heard.push(await runLine(stack, line, namespace, pawlHere));
  }

  expect(heard).toEqual(transcripts.expected('operates', heard));
});
