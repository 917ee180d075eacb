import { type Client, type SignalDefinition, WorkflowIdConflictPolicy } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type Workflow } from '@temporalio/common';
import { SearchAttribute, taskQueue } from '../api/names.ts';
import { type ObjectRef, workflowId } from '../api/object-ref.ts';
import { type RunInput, type Trigger, WorkflowType } from '../workflows/messages.ts';

const { KEYWORD } = SearchAttributeType;

/** The search attributes of every run, typed. */
export const searchAttributeKeys = {
  kind: defineSearchAttributeKey(SearchAttribute.kind, KEYWORD),
  namespace: defineSearchAttributeKey(SearchAttribute.namespace, KEYWORD),
  name: defineSearchAttributeKey(SearchAttribute.name, KEYWORD),
  trigger: defineSearchAttributeKey(SearchAttribute.trigger, KEYWORD),
  revision: defineSearchAttributeKey(SearchAttribute.revision, KEYWORD),
  outcome: defineSearchAttributeKey(SearchAttribute.outcome, KEYWORD),
};

/** One of the signals of workflows/messages.ts, with what it says. */
export interface ObjectSignal<Request> {
  readonly signal: SignalDefinition<[Request?]>;
  readonly request?: Request;
  /** The trigger of the run, if this signal starts one. */
  readonly trigger: Trigger;
}

/** Tells an object's workflow something, and starts a run when none is open. Returns the id of the run that got it. */
export async function signalObject<Request>(
  client: Client,
  cluster: string,
  ref: ObjectRef,
  { signal, request, trigger }: ObjectSignal<Request>,
): Promise<string> {
  const input: RunInput = { ref };
  const handle = await client.workflow.signalWithStart<Workflow, [Request?]>(WorkflowType[ref.kind], {
    workflowId: workflowId(cluster, ref),
    taskQueue: taskQueue(cluster),
    args: [input],
    signal,
    signalArgs: request === undefined ? [] : [request],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    typedSearchAttributes: [
      { key: searchAttributeKeys.kind, value: ref.kind },
      { key: searchAttributeKeys.namespace, value: ref.namespace },
      { key: searchAttributeKeys.name, value: ref.name },
      { key: searchAttributeKeys.trigger, value: trigger },
    ],
    staticSummary: `${ref.kind} ${ref.namespace}/${ref.name}`,
  });
  return handle.signaledRunId;
}
