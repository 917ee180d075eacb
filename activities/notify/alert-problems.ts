import type { Alert } from '../../api/alert.ts';
import { Reason } from '../../api/reasons.ts';
import type { CompiledAlert } from './compile-alert.ts';

/** Hears what the owner of an Alert should know of it. */
export type OnProblem = (alert: Alert, reason: Reason, message: string) => void;

/** Tells what is wrong with Alerts: once while it is the same, however often they are listed. */
export function createProblemTeller(
  noCrossNamespaceRefs: boolean,
  onProblem: OnProblem,
): (compiled: CompiledAlert) => void {
  const told = new Map<string, string>();
  return ({ alert, problems }) => {
    const { namespace, name } = alert.metadata;
    const blocked = noCrossNamespaceRefs && isForeign(alert) ? [blockedMessage(namespace, name)] : [];
    const all = JSON.stringify([alert.metadata.uid, problems, blocked]);
    const key = `${namespace}/${name}`;
    if (told.get(key) === all) return;
    told.set(key, all);
    for (const message of problems) onProblem(alert, Reason.InvalidConfig, message);
    for (const message of blocked) onProblem(alert, Reason.NotificationDispatchFailed, message);
  };
}

function isForeign({ metadata, spec }: Alert): boolean {
  return spec.eventSources.some(({ namespace = metadata.namespace }) => namespace !== metadata.namespace);
}

function blockedMessage(namespace: string, name: string): string {
  return `alert '${namespace}/${name}' can't process events from other namespaces, cross-namespace references have been blocked`;
}
