import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Notice } from '../activities/notify/notice.ts';
import type { ObjectRef } from '../api/object-ref.ts';

/** Who or what asked for a run. */
export const Trigger = {
  /** The schedule's check found something to do. */
  Interval: 'Interval',
  /** A new object or a changed spec. */
  Spec: 'Spec',
  /** `reconcile.fluxcd.io/requestedAt`, whoever wrote it. */
  Request: 'Request',
  /** A Receiver was sent a webhook. */
  Webhook: 'Webhook',
  /** A source has a new revision. */
  Source: 'Source',
  /** A consumer of the artifact cannot get it any more. */
  Artifact: 'Artifact',
  /** A dependency became ready. */
  Dependency: 'Dependency',
  /** An image policy chose another image. */
  Policy: 'Policy',
  /** A watched ConfigMap or Secret changed. */
  Config: 'Config',
  /** The last attempt failed and its retry interval is over. */
  Retry: 'Retry',
  Resume: 'Resume',
  Suspend: 'Suspend',
  Delete: 'Delete',
  /** A person, by the Temporal UI or CLI. */
  Manual: 'Manual',
} as const;
export type Trigger = (typeof Trigger)[keyof typeof Trigger];

export interface ReconcileRequest {
  /** A {@link Trigger}; free text from a hand-made signal counts as Manual. */
  readonly reason?: string;
  /** The value of the annotation that asked, opaque. */
  readonly requestedAt?: string;
}

export interface SuspendRequest {
  /** Why, for whoever finds it suspended. */
  readonly reason?: string;
  /** Who asked. */
  readonly by?: string;
  /** Resumes by itself after so many milliseconds. */
  readonly forMs?: number;
}

export interface ResumeRequest {
  readonly by?: string;
}

export interface CancelRequest {
  readonly by?: string;
}

/** The input of a run; every kind's workflow takes it, and every signal may start one. */
export interface RunInput {
  readonly ref: ObjectRef;
}

export const requestReconcile = defineSignal<[ReconcileRequest?]>('requestReconcile');
export const suspend = defineSignal<[SuspendRequest?]>('suspend');
export const resume = defineSignal<[ResumeRequest?]>('resume');
export const cancel = defineSignal<[CancelRequest?]>('cancel');

/** Of the workflows that tell people and systems: an event for them. */
export const tellEvent = defineSignal<[Notice]>('tellEvent');

/** What a run is doing right now, in words. */
export const progress = defineQuery<string>('progress');

/** How one pass of a run ended. */
export interface PassResult {
  readonly trigger: string;
  /** `Succeeded`, `NothingToDo`, `Suspended`, `Waiting`, `Deleted`, `Gone`, or the Flux reason of a failure. */
  readonly outcome: string;
  readonly revision?: string;
  readonly message: string;
  /** Milliseconds of each step that ran, in order. */
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
}

/** The result of a run: its passes, the newest last. A failed run carries the same as the detail of its failure. */
export interface RunResult {
  readonly passes: readonly PassResult[];
}

/** The workflow type of each kind. */
export const WorkflowType = {
  GitRepository: 'gitRepository',
  HelmRepository: 'helmRepository',
  HelmChart: 'helmChart',
  Kustomization: 'kustomization',
  HelmRelease: 'helmRelease',
  ImageRepository: 'imageRepository',
  ImagePolicy: 'imagePolicy',
  ImageUpdateAutomation: 'imageUpdateAutomation',
  Receiver: 'receiver',
} as const;
