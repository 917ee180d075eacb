import { expect, it } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import { createActivities } from '../../../activities/index.ts';
import { SearchAttribute, taskQueue } from '../../../api/names.ts';
import { createWatchActivities, type WatchDeps } from '../../../workers/watch/activity.ts';
import * as workflows from '../../../workflows/index.ts';
import * as messages from '../../../workflows/messages.ts';
import { Outcome } from '../../../workflows/outcome.ts';

// Names are API: runs in flight, schedules, scripts and dashboards hold them. A rename breaks all of them.

function messagesOf(type: 'signal' | 'query'): readonly string[] {
  return Object.values(messages)
    .filter((message) => 'type' in message && message.type === type && 'name' in message)
    .map((message) => ('name' in message ? String(message.name) : ''))
    .sort();
}

it('workflow types', () => {
  expect(Object.keys(workflows).sort()).toEqual([
    'commitStatus',
    'deliverAlert',
    'gitRepository',
    'groupedAlert',
    'helmChart',
    'helmRelease',
    'helmRepository',
    'imagePolicy',
    'imageRepository',
    'imageUpdateAutomation',
    'kustomization',
    'notify',
    'receiver',
    'repeatedFailure',
    'resumeLater',
    'tick',
    'watch',
  ]);
  expect(messages.WorkflowType).toEqual({
    GitRepository: 'gitRepository',
    HelmRepository: 'helmRepository',
    HelmChart: 'helmChart',
    Kustomization: 'kustomization',
    HelmRelease: 'helmRelease',
    ImageRepository: 'imageRepository',
    ImagePolicy: 'imagePolicy',
    ImageUpdateAutomation: 'imageUpdateAutomation',
    Receiver: 'receiver',
  });
});

it('signals and queries', () => {
  expect(messagesOf('signal')).toEqual(['cancel', 'requestReconcile', 'resume', 'suspend', 'tellEvent']);
  expect(messagesOf('query')).toEqual(['progress']);
});

it('activities', () => {
  // Making them needs nothing of what running them does.
  const names = [
    ...Object.keys(createActivities({} as Deps)),
    ...Object.keys(createWatchActivities({} as WatchDeps)),
  ];

  expect(names.sort()).toEqual([
    'actOnRelease',
    'applyKustomization',
    'awaitHealthy',
    'buildKustomization',
    'checkHealth',
    'checkObject',
    'compareBasis',
    'deliverAtOnce',
    'deliverEvent',
    'fetchGitRepository',
    'fetchHelmChart',
    'fetchHelmRepository',
    'finalizeHelmRelease',
    'finalizeKustomization',
    'forgetObject',
    'lookAtCommit',
    'observeGitRepository',
    'observeHelmChart',
    'observeHelmRelease',
    'observeHelmRepository',
    'observeImagePolicy',
    'observeImageRepository',
    'observeImageUpdateAutomation',
    'observeKustomization',
    'observeReceiver',
    'passOnEvent',
    'pruneKustomization',
    'releaseObject',
    'requestResume',
    'resumeObject',
    'routeEvent',
    'scanImageRepository',
    'selectImage',
    'settleGitRepository',
    'settleHelmChart',
    'settleHelmRelease',
    'settleHelmReleaseFailure',
    'settleHelmReleaseWaiting',
    'settleHelmRepository',
    'settleImageFailure',
    'settleImagePolicy',
    'settleImageRepository',
    'settleImageUpdateAutomation',
    'settleImageWaiting',
    'settleKustomization',
    'settleKustomizationFailure',
    'settleKustomizationWaiting',
    'settleReceiver',
    'settleReceiverFailure',
    'settleSourceFailure',
    'settleSourceWaiting',
    'settleStatic',
    'settleSuspended',
    'suspendObject',
    'tellCommit',
    'tellDispatchFailure',
    'updateImages',
    'watchCluster',
  ]);
});

it('the task queue and the search attributes', () => {
  expect(taskQueue('home')).toBe('pawl/home');
  expect(Object.values(SearchAttribute).sort()).toEqual([
    'PawlKind',
    'PawlName',
    'PawlNamespace',
    'PawlOutcome',
    'PawlRevision',
    'PawlTrigger',
  ]);
});

it('triggers and outcomes', () => {
  expect(Object.keys(messages.Trigger).sort()).toEqual([
    'Artifact',
    'Config',
    'Delete',
    'Dependency',
    'Interval',
    'Manual',
    'Policy',
    'Request',
    'Resume',
    'Retry',
    'Source',
    'Spec',
    'Suspend',
    'Webhook',
  ]);
  expect(Object.keys(Outcome).sort()).toEqual([
    'Deleted',
    'Gone',
    'NothingToDo',
    'Succeeded',
    'Superseded',
    'Suspended',
    'Waiting',
  ]);
});
