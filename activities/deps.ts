import type { ObjectRef } from '../api/object-ref.ts';
import type { ApplyMemo } from './apply/memo.ts';
import type { Builder } from './build/build.ts';
import type { KustomizeOptions } from './build/kustomize-process.ts';
import type { Fence } from './fence.ts';
import type { AskForArtifact } from './fetch/ask-for-artifact.ts';
import type { ChartBuilder } from './fetch/chart/contract.ts';
import type { GitFetcher } from './fetch/git-repository.ts';
import type { ChartRepositories } from './fetch/helm/contract.ts';
import type { HttpClient } from './fetch/http/client.ts';
import type { ReadSecret } from './fetch/http/credentials.ts';
import type { RegistryClient } from './fetch/oci/contract.ts';
import type { CloudLogin } from './fetch/oci/login/contract.ts';
import type { OpenArtifact } from './fetch/open-artifact.ts';
import type { ArtifactStore } from './fetch/store.ts';
import type { HelmRunner } from './helm/run/runner.ts';
import type { ReleaseStorage } from './helm/storage/storage.ts';
import type { PullRequests } from './image/pull-request/contract.ts';
import type { TagStore } from './image/repository/contract.ts';
import type { ImageUpdater } from './image/update/create-image-updater.ts';
import type { KubeClient } from './kube/client.ts';
import type { Impersonate } from './kube/impersonate.ts';
import type { Metrics } from './metrics.ts';
import type { AlertBook } from './notify/alert-book.ts';
import type { ExpressLane } from './notify/express-lane.ts';
import type { Notices } from './notify/notices.ts';
import type { Memory } from './observe/memory.ts';
import type { Runs } from './runs.ts';
import type { EventRecorder } from './status/events.ts';

/** How a worker was told to behave; Flux's controller flags of the same names. */
export interface Policy {
  readonly noCrossNamespaceRefs: boolean;
  /** The service account that appliers act as when the object names none. */
  readonly defaultServiceAccount: string | undefined;
  /** How long until a missing dependency or source is looked at again, in milliseconds. */
  readonly requeueDependencyMs: number;
}

/** The worker's log, as far as steps write to it. */
export interface StepLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Everything that steps need of the process they run in. */
export interface Deps {
  readonly kube: KubeClient;
  readonly impersonate: Impersonate;
  readonly applyMemo: ApplyMemo;
  /** The same for what helm applies. */
  readonly driftMemo: ApplyMemo;
  readonly runs: Runs;
  readonly git: GitFetcher;
  readonly store: ArtifactStore;
  readonly openArtifact: OpenArtifact;
  /** The same, as the file that it is. */
  readonly openArchive: OpenArtifact;
  readonly askForArtifact: AskForArtifact;
  readonly builder: Builder;
  readonly charts: ChartRepositories;
  readonly chartBuilder: ChartBuilder;
  /** How post-renderers run. */
  readonly kustomize: KustomizeOptions;
  readonly helm: HelmRunner;
  readonly releases: ReleaseStorage;
  /** Speaks to all registries, so that one that asks to be left alone is by all. */
  readonly registry: RegistryClient;
  readonly cloudLogin: CloudLogin;
  /** The tags of images. */
  readonly tags: TagStore;
  readonly imageUpdater: ImageUpdater;
  readonly pullRequests: PullRequests;
  readonly events: EventRecorder;
  readonly notifications: Notifications;
  readonly memory: Memory;
  readonly fence: Fence;
  readonly log: StepLog;
  readonly metrics: Metrics;
  readonly policy: Policy;
  readonly now: () => Date;
}

/** What telling people and systems needs. */
export interface Notifications {
  readonly book: AlertBook;
  readonly notices: Notices;
  readonly lane: ExpressLane;
  /** For servers that tenants name. */
  readonly http: HttpClient;
  readonly readSecret: ReadSecret;
}

export interface RefInput {
  readonly ref: ObjectRef;
}
