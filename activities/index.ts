import { finalizeKustomization } from './apply/finalize.ts';
import { applyKustomization, pruneKustomization } from './apply/steps.ts';
import { buildKustomization } from './build/steps.ts';
import type { Deps } from './deps.ts';
import { fetchHelmChart } from './fetch/chart/steps.ts';
import { fetchHelmRepository } from './fetch/helm/steps.ts';
import { fetchGitRepository } from './fetch/steps.ts';
import { awaitHealthy, checkHealth } from './health/steps.ts';
import { actOnRelease } from './helm/act-on-release.ts';
import { compareBasis } from './helm/basis.ts';
import { finalizeHelmRelease } from './helm/finalize.ts';
import { selectImage } from './image/policy/steps.ts';
import { scanImageRepository } from './image/repository/steps.ts';
import { updateImages } from './image/update/steps.ts';
import { lookAtCommit, tellCommit } from './notify/commit-status/steps.ts';
import { deliverAtOnce, deliverEvent, passOnEvent, routeEvent, tellDispatchFailure } from './notify/steps.ts';
import { checkObject } from './observe/check.ts';
import { observeGitRepository } from './observe/git-repository.ts';
import { observeHelmChart } from './observe/helm-chart.ts';
import { observeHelmRelease } from './observe/helm-release.ts';
import { observeHelmRepository } from './observe/helm-repository.ts';
import { observeImagePolicy } from './observe/image-policy.ts';
import { observeImageRepository } from './observe/image-repository.ts';
import { observeImageUpdateAutomation } from './observe/image-update-automation.ts';
import { observeKustomization } from './observe/kustomization.ts';
import { observeReceiver } from './observe/receiver.ts';
import { requestResume, resumeObject, suspendObject } from './observe/suspension.ts';
import { forgetObject, releaseObject, settleSuspended } from './status/rest.ts';
import { settleGitRepository } from './status/settle-git-repository.ts';
import { settleHelmChart } from './status/settle-helm-chart.ts';
import {
  settleHelmRelease,
  settleHelmReleaseFailure,
  settleHelmReleaseWaiting,
} from './status/settle-helm-release.ts';
import { settleHelmRepository } from './status/settle-helm-repository.ts';
import { settleImageFailure, settleImageWaiting } from './status/settle-image.ts';
import { settleImagePolicy } from './status/settle-image-policy.ts';
import { settleImageRepository } from './status/settle-image-repository.ts';
import { settleImageUpdateAutomation } from './status/settle-image-update-automation.ts';
import {
  settleKustomization,
  settleKustomizationFailure,
  settleKustomizationWaiting,
} from './status/settle-kustomization.ts';
import { settleReceiver, settleReceiverFailure } from './status/settle-receiver.ts';
import { settleSourceFailure, settleSourceWaiting, settleStatic } from './status/settle-source.ts';
import { failure, says, settled, told, waiting } from './status/told.ts';
import { activity } from './steps.ts';

/** All steps of all kinds, in the order of the data's path. */
export function createActivities(deps: Deps) {
  return {
    checkObject: activity(deps, checkObject),
    suspendObject: activity(deps, suspendObject),
    resumeObject: activity(deps, resumeObject),
    requestResume: activity(deps, requestResume),

    observeGitRepository: activity(deps, observeGitRepository),
    fetchGitRepository: activity(deps, fetchGitRepository),
    settleGitRepository: activity(deps, told(settleGitRepository, settled)),

    observeHelmRepository: activity(deps, observeHelmRepository),
    fetchHelmRepository: activity(deps, fetchHelmRepository),
    settleHelmRepository: activity(deps, told(settleHelmRepository, settled)),
    settleStatic: activity(deps, told(settleStatic, says('a registry has nothing to fetch'))),

    observeHelmChart: activity(deps, observeHelmChart),
    fetchHelmChart: activity(deps, fetchHelmChart),
    settleHelmChart: activity(deps, told(settleHelmChart, settled)),

    settleSourceFailure: activity(deps, told(settleSourceFailure, failure)),
    settleSourceWaiting: activity(deps, told(settleSourceWaiting, waiting)),

    observeKustomization: activity(deps, observeKustomization),
    buildKustomization: activity(deps, buildKustomization),
    applyKustomization: activity(deps, applyKustomization),
    pruneKustomization: activity(deps, pruneKustomization),
    checkHealth: activity(deps, checkHealth),
    awaitHealthy: activity(deps, awaitHealthy),
    settleKustomization: activity(deps, told(settleKustomization, settled)),
    settleKustomizationWaiting: activity(deps, told(settleKustomizationWaiting, waiting)),
    settleKustomizationFailure: activity(deps, told(settleKustomizationFailure, failure)),
    finalizeKustomization: activity(deps, finalizeKustomization),

    observeHelmRelease: activity(deps, observeHelmRelease),
    actOnRelease: activity(deps, actOnRelease),
    compareBasis: activity(deps, compareBasis),
    settleHelmRelease: activity(deps, told(settleHelmRelease, settled)),
    settleHelmReleaseWaiting: activity(deps, told(settleHelmReleaseWaiting, waiting)),
    settleHelmReleaseFailure: activity(deps, told(settleHelmReleaseFailure, failure)),
    finalizeHelmRelease: activity(deps, finalizeHelmRelease),

    observeImageRepository: activity(deps, observeImageRepository),
    scanImageRepository: activity(deps, scanImageRepository),
    settleImageRepository: activity(deps, told(settleImageRepository, settled)),

    observeImagePolicy: activity(deps, observeImagePolicy),
    selectImage: activity(deps, selectImage),
    settleImagePolicy: activity(deps, told(settleImagePolicy, settled)),

    observeImageUpdateAutomation: activity(deps, observeImageUpdateAutomation),
    updateImages: activity(deps, updateImages),
    settleImageUpdateAutomation: activity(deps, told(settleImageUpdateAutomation, settled)),

    settleImageWaiting: activity(deps, told(settleImageWaiting, waiting)),
    settleImageFailure: activity(deps, told(settleImageFailure, failure)),

    observeReceiver: activity(deps, observeReceiver),
    settleReceiver: activity(deps, told(settleReceiver, settled)),
    settleReceiverFailure: activity(deps, told(settleReceiverFailure, failure)),

    ...eventActivities(deps),

    settleSuspended: activity(deps, told(settleSuspended, says('suspended'))),
    releaseObject: activity(deps, told(releaseObject, says('released: the object was deleted'))),
    forgetObject: activity(deps, told(forgetObject, says('forgotten: the object does not exist'))),
  };
}

/** Who is told of an event, and telling them. */
function eventActivities(deps: Deps) {
  return {
    routeEvent: activity(deps, routeEvent),
    passOnEvent: activity(deps, passOnEvent),
    deliverAtOnce: activity(deps, deliverAtOnce),
    deliverEvent: activity(deps, deliverEvent),
    lookAtCommit: activity(deps, lookAtCommit),
    tellCommit: activity(deps, tellCommit),
    tellDispatchFailure: activity(deps, tellDispatchFailure),
  };
}

export type Activities = ReturnType<typeof createActivities>;
