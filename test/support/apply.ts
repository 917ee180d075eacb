import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';
import { applyPlan, type ChangeSetEntry } from '../../activities/apply/apply.ts';
import { createApplyMemo } from '../../activities/apply/memo.ts';
import { type ApplyContext, type Plan, planApply } from '../../activities/apply/plan.ts';
import type { KubeClient } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import { createNamespace, kubeClient } from './harness.ts';

/** A namespace with an owner in it that applies. */
export interface ApplyHome {
  /** Not counted: for what a test does behind the owner's back. */
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly context: ApplyContext;
  /** How many requests of each kind the owner has sent. */
  readonly sent: Record<string, number>;
  plan(objects: readonly KubeObject[], inventory?: readonly InventoryEntry[]): Promise<Plan>;
  /** Plans and applies; what was done as `ConfigMap/a created`, without the namespace. */
  apply(objects: readonly KubeObject[]): Promise<string[]>;
  applying(objects: readonly KubeObject[], onProgress?: (entry: ChangeSetEntry) => void): Promise<string[]>;
  configMap(name: string, data?: Record<string, string>, metadata?: object): KubeObject;
  live(object: KubeObject): Promise<KubeObject | undefined>;
}

/** An owner for the running test, with a namespace and a memo of its own. */
export async function applyHome(some: Partial<ApplyContext> = {}): Promise<ApplyHome> {
  const kube = kubeClient();
  const namespace = await createNamespace(kube, 'apply');
  const sent: Record<string, number> = {};
  const context: ApplyContext = {
    kube: counted(some.kube ?? kube, sent),
    owner: { name: 'app', namespace },
    force: false,
    memo: createApplyMemo(),
    ...(some.ignore && { ignore: some.ignore }),
    ...(some.force && { force: true }),
    ...(some.owner && { owner: some.owner }),
  };
  const plan: ApplyHome['plan'] = (objects, inventory = []) => planApply(context, objects, inventory);
  const applying: ApplyHome['applying'] = async (objects, onProgress) => {
    const { signal } = new AbortController();
    const { entries } = await applyPlan(context, await plan(objects), { signal, onProgress });
    return entries.map(({ subject, action }) => `${subject.replace(`/${namespace}`, '')} ${action}`);
  };
  return {
    kube,
    namespace,
    context,
    sent,
    plan,
    applying,
    apply: (objects) => applying(objects),
    configMap: (name, data = { key: 'value' }, metadata = {}) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, ...metadata },
      data,
    }),
    live: ({ apiVersion, kind, metadata: { name, namespace: where } }) =>
      kube.get({ apiVersion, kind, name, namespace: where }),
  };
}

function counted(kube: KubeClient, sent: Record<string, number>): KubeClient {
  const count = (name: string): void => {
    sent[name] = (sent[name] ?? 0) + 1;
  };
  return {
    ...kube,
    get(target) {
      count('get');
      return kube.get(target);
    },
    list(query) {
      count('list');
      return kube.list(query);
    },
    apply(object, options) {
      count(options.dryRun ? 'dryRun' : 'apply');
      return kube.apply(object, options);
    },
    patch(target, patch, options) {
      count('patch');
      return kube.patch(target, patch, options);
    },
    delete(target, options) {
      count('delete');
      return kube.delete(target, options);
    },
  };
}

/** The failure that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

/**
 * Denies an operation on ConfigMaps of one namespace that are named `held…`, by an admission policy that lets dry
 * runs pass; returns, once the server enforces it, how to allow it again.
 */
export async function denyHeld(
  { kube, namespace }: Pick<ApplyHome, 'kube' | 'namespace'>,
  operation: 'CREATE' | 'DELETE',
): Promise<() => Promise<void>> {
  const name = `deny-${operation.toLowerCase()}-${namespace}`;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const match = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: [operation] };
  const subject = operation === 'DELETE' ? 'oldObject' : 'object';
  const expression = `request.dryRun == true || !${subject}.metadata.name.startsWith('held')`;
  await kube.create({
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [match] },
      validations: [{ expression, message: 'not while this test runs' }],
    },
  });
  await kube.create({
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  });
  let probes = 0;
  const probe = async (): Promise<string> => {
    const metadata = { name: `held-probe-${(probes += 1)}`, namespace };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    try {
      await kube.create(object);
      await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: object.metadata.name });
      return 'allowed';
    } catch (error) {
      return String(error);
    }
  };
  await expect.poll(probe, { timeout: 10_000 }).toContain('not while this test runs');
  return async () => {
    for (const kind of ['ValidatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy'])
      await kube.delete({ apiVersion, kind, name });
    await expect.poll(probe, { timeout: 10_000 }).toBe('allowed');
  };
}
