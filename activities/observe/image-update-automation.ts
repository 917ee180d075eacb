import type { GitRepository } from '../../api/git-repository.ts';
import { unsupportedField } from '../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { describeRef, Kind, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, Policy, RefInput } from '../deps.ts';
import { failed, messageOf, stalled } from '../failures.ts';
import { readPolicies } from '../image/update/policies.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ReadySource } from './git-repository.ts';
import { attemptOf, durationField, type Idle, parseObject, readForPass, targetOfRef } from './object.ts';

export type ObservedImageUpdateAutomation = Idle | ({ readonly state: 'Ready' } & ReadySource);

export async function observeImageUpdateAutomation(
  { kube, policy }: Deps,
  { ref }: RefInput,
): Promise<ObservedImageUpdateAutomation> {
  const read = await readForPass(kube, Kind.ImageUpdateAutomation, ref);
  if ('idle' in read) return read.idle;
  const { object } = read;
  durationField('interval', object.spec.interval);
  await readPolicies(kube, object);
  assertGit(object);
  const source = await readAutomationSource(kube, object, policy);
  const timeoutMs = TIMES * durationField('timeout', source.spec.timeout || DEFAULT_TIMEOUT);
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs };
}

const DEFAULT_TIMEOUT = '60s';

// The timeout is of one operation on the remote: look, fetch and push, and again after a race.
const TIMES = 5;

function assertGit({ spec }: ImageUpdateAutomation): void {
  if (spec.git !== undefined) return;
  const message = `source kind '${spec.sourceRef.kind}' necessitates field .spec.git: invalid source configuration; say there how to commit`;
  throw stalled(Reason.InvalidSourceConfiguration, message);
}

/**
 * The GitRepository that an automation commits to. Throws a stalled AccessDenied, SourceManagerFailed when it is not
 * there or does not parse, and UnsupportedField.
 */
export async function readAutomationSource(
  kube: KubeClient,
  { metadata, spec }: ImageUpdateAutomation,
  { noCrossNamespaceRefs }: Pick<Policy, 'noCrossNamespaceRefs'>,
): Promise<GitRepository> {
  const { name, namespace = metadata.namespace } = spec.sourceRef;
  const ref: ObjectRef = { kind: Kind.GitRepository, namespace: namespace || metadata.namespace, name };
  if (noCrossNamespaceRefs && ref.namespace !== metadata.namespace) {
    const message = `can't access '${describeRef(ref)}', cross-namespace references have been blocked`;
    throw stalled(Reason.AccessDenied, message);
  }
  const found = await kube.get(targetOfRef(ref));
  if (!found) {
    const message = `failed configuring source manager: referenced git repository does not exist: ${describeRef(ref)} not found; create it, or correct spec.sourceRef`;
    throw failed(Reason.SourceManagerFailed, message);
  }
  const source = parseSource(ref, found);
  const field = unsupportedField(source.spec);
  if (field === undefined) return source;
  // Not stalled, as nothing of the source is: nobody wakes a stalled automation when its source is mended.
  throw failed(
    Reason.UnsupportedField,
    `${field} of ${describeRef(ref)} is set, which this release does not honour yet; nothing was committed: remove the field or keep the object with a controller that honours it`,
  );
}

function parseSource(ref: ObjectRef, found: KubeObject): GitRepository {
  try {
    return parseObject(Kind.GitRepository, found);
  } catch (error) {
    const message = `failed configuring source manager: ${describeRef(ref)}: ${messageOf(error)}`;
    throw failed(Reason.SourceManagerFailed, message);
  }
}
