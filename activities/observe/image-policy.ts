import type { ImagePolicy } from '../../api/image-policy.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { RefInput } from '../deps.ts';
import { stalled } from '../failures.ts';
import { scanRevisionOf } from '../image/policy/choose.ts';
import {
  type FindDeps,
  findRepository,
  isScanned,
  type Missing,
  unscanned,
} from '../image/policy/find-repository.ts';
import { assertChoice, BUDGET_MS } from '../image/policy/select.ts';
import type { TagStore } from '../image/repository/contract.ts';
import { EXCLUSION_BUDGET_MS } from '../image/repository/exclusions.ts';
import { timeoutOf } from '../image/repository/scan.ts';
import type { ReadySource } from './git-repository.ts';
import { attemptOf, durationField, type Idle, readForPass } from './object.ts';

/** A policy that may choose. */
export interface ReadyPolicy extends ReadySource {
  /** Nothing is asked of a registry: the tags are on this machine, and no digest is wanted. */
  readonly isLocal: boolean;
}

export type ObservedImagePolicy =
  | Idle
  | ({ readonly state: 'Waiting' } & Missing)
  | ({ readonly state: 'Ready' } & ReadyPolicy);

/** Two questions to the registry: for tags that are not here, and for a digest. */
const TIMES = 2;

/**
 * Whether an ImagePolicy may choose. As with Flux, its ImageRepository need not be ready: what was scanned last is
 * chosen from. Throws IntervalNotConfigured, InvalidPolicy, ImageURLInvalid, FeatureGateDisabled and InvalidSpec (stalled).
 */
export async function observeImagePolicy(
  deps: FindDeps & { readonly tags: Pick<TagStore, 'has'> },
  { ref }: RefInput,
): Promise<ObservedImagePolicy> {
  const read = await readForPass(deps.kube, Kind.ImagePolicy, ref);
  if ('idle' in read) return read.idle;
  const { object } = read;
  assertInterval(object);
  const source = await findRepository(deps, object);
  if ('missing' in source) return { state: 'Waiting', ...source.missing };
  assertChoice(object.spec);
  const { repository } = source;
  if (!isScanned(repository)) return { state: 'Waiting', ...unscanned(deps.policy.requeueDependencyMs) };
  const isLocal = await needsNoRegistry(deps.tags, object, repository);
  const timeoutMs = TIMES * timeoutOf(repository) + EXCLUSION_BUDGET_MS + BUDGET_MS;
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs, isLocal };
}

function assertInterval({ spec }: ImagePolicy): void {
  if (spec.interval) return void durationField('interval', spec.interval);
  if (spec.digestReflectionPolicy !== 'Always') return;
  throw stalled(
    Reason.IntervalNotConfigured,
    "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
  );
}

async function needsNoRegistry(
  tags: Pick<TagStore, 'has'>,
  { spec }: ImagePolicy,
  repository: ImageRepository,
): Promise<boolean> {
  if (spec.digestReflectionPolicy !== 'Never') return false;
  return await tags.has(repository.metadata, scanRevisionOf(repository));
}
