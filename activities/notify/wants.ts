import type { Alert } from '../../api/alert.ts';
import type { EventSource } from '../../api/event-source.ts';
import { Annotation } from '../../api/names.ts';
import type { ProviderType } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import { groupOf } from '../status/event-metadata.ts';
import type { FluxEvent } from './event.ts';
import type { Labels } from './notice.ts';

const COMMIT_STATUS: ReadonlySet<ProviderType> = new Set([
  'github',
  'gitlab',
  'gitea',
  'bitbucketserver',
  'bitbucket',
  'azuredevops',
]);

const CHANGE_REQUEST: ReadonlySet<ProviderType> = new Set([
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'giteapullrequestcomment',
]);

const GENERIC: ReadonlySet<ProviderType> = new Set(['generic', 'generic-hmac']);

const EVENT_GROUP = Annotation.eventPrefix;

/** Whether a type of Provider sets the status of a commit. */
export function setsCommitStatus(type: ProviderType): boolean {
  return COMMIT_STATUS.has(type);
}

/** The end of an interval without news, which only commit statuses and machines hear of. */
function isCommitStatusUpdate({ involvedObject, metadata = {} }: FluxEvent): boolean {
  return metadata[`${groupOf(involvedObject.apiVersion)}/commit_status`] === 'update';
}

/** Whether an event says that an object is well again; a step on the way there or a remediation does not. */
export function endsFailures({ severity, reason }: FluxEvent): boolean {
  if (severity === 'error' || REMEDIES.has(reason)) return false;
  return reason === Reason.NewArtifact || reason.endsWith('Succeeded');
}

/** Whether a warning is about something that goes on beside a pass: the pass can still succeed. */
export function isAdvice({ reason }: FluxEvent): boolean {
  return ADVICE.has(reason);
}

const ADVICE: ReadonlySet<string> = new Set([Reason.Contested, Reason.LFSPointers]);

const REMEDIES: ReadonlySet<string> = new Set([Reason.RollbackSucceeded, Reason.UninstallSucceeded]);

/**
 * Whether services of a type are told of an event at all (`getNotificationParams` of notification-controller): statuses
 * want a commit or a failure, comments want a change request, and nobody else wants updates of statuses.
 */
export function typeTakes(type: ProviderType, event: FluxEvent): boolean {
  const { metadata = {}, severity } = event;
  if (CHANGE_REQUEST.has(type) && !metadata[`${EVENT_GROUP}change_request`]) return false;
  if (setsCommitStatus(type)) {
    // No commit fails by it, and nothing would set the status to success again.
    if (isAdvice(event)) return false;
    return isCommitStatusUpdate(event) || severity === 'error' || Boolean(metadata[`${EVENT_GROUP}commit`]);
  }
  return GENERIC.has(type) || !isCommitStatusUpdate(event);
}

/** Whether one of an Alert's sources is the object of an event, and the severity is one that it is told of. */
export function matchesSources({ metadata, spec }: Alert, event: FluxEvent, labels: Labels): boolean {
  if (spec.eventSeverity === 'error' && event.severity !== 'error') return false;
  return spec.eventSources.some((source) => matchesSource(source, metadata.namespace, event, labels));
}

function matchesSource(
  source: EventSource,
  ownNamespace: string,
  { involvedObject: { kind, namespace, name } }: FluxEvent,
  labels: Labels,
): boolean {
  if (source.kind !== kind || (source.namespace ?? ownNamespace) !== namespace) return false;
  if (source.name !== '*' && source.name !== name) return false;
  return Object.entries(source.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
