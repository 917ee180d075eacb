import { finalizeKustomization } from './apply/finalize.ts';
import { applyKustomization, pruneKustomization } from './apply/steps.ts';
import { buildKustomization } from './build/steps.ts';
import type { Deps } from './deps.ts';
import { fetchGitRepository } from './fetch/steps.ts';
import { awaitHealthy, checkHealth } from './health/steps.ts';
import { checkObject } from './observe/check.ts';
import { observeGitRepository } from './observe/git-repository.ts';
import { observeKustomization } from './observe/kustomization.ts';
import { requestResume, resumeObject, suspendObject } from './observe/suspension.ts';
import { forgetObject, releaseObject, settleSuspended } from './status/rest.ts';
import { settleGitRepository, settleSourceFailure } from './status/settle-git-repository.ts';
import {
  settleKustomization,
  settleKustomizationFailure,
  settleKustomizationWaiting,
} from './status/settle-kustomization.ts';
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
    settleGitRepository: activity(deps, settleGitRepository),
    settleSourceFailure: activity(deps, settleSourceFailure),

    observeKustomization: activity(deps, observeKustomization),
    buildKustomization: activity(deps, buildKustomization),
    applyKustomization: activity(deps, applyKustomization),
    pruneKustomization: activity(deps, pruneKustomization),
    checkHealth: activity(deps, checkHealth),
    awaitHealthy: activity(deps, awaitHealthy),
    settleKustomization: activity(deps, settleKustomization),
    settleKustomizationWaiting: activity(deps, settleKustomizationWaiting),
    settleKustomizationFailure: activity(deps, settleKustomizationFailure),
    finalizeKustomization: activity(deps, finalizeKustomization),

    settleSuspended: activity(deps, settleSuspended),
    releaseObject: activity(deps, releaseObject),
    forgetObject: activity(deps, forgetObject),
  };
}

export type Activities = ReturnType<typeof createActivities>;
