import { type KubeClient, targetOf } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { KINDS } from '../../client/cli/kinds.ts';

const TIME = '2026-01-02T03:04:05Z';

interface Seen extends KubeObject {
  readonly spec: { readonly type?: string; readonly suspend?: boolean; readonly chart?: unknown };
  readonly status?: { readonly observedGeneration?: number; readonly lastHandledReconcileAt?: string };
}

/** Stands in for controllers in one namespace until the signal: whatever is asked for is done at once, and nothing else. */
export async function answerRequests(
  kube: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const { Kustomization: _waits, ...answered } = KINDS;
  await Promise.all(
    Object.values(answered)
      .filter(({ hasStatus }) => hasStatus)
      .map(async ({ apiVersion, kind }) => {
        try {
          for await (const { type, object } of kube.watch({ apiVersion, kind, namespace }, { signal })) {
            if (type === 'ADDED' || type === 'MODIFIED') await answer(kube, object as Seen);
          }
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      }),
  );
}

async function answer(kube: KubeClient, object: Seen): Promise<void> {
  const { metadata, spec, status } = object;
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  const isStatic = spec.type === 'oci';
  if (spec.suspend || (isStatic && status?.observedGeneration === undefined)) return;
  const isNews =
    status?.observedGeneration !== metadata.generation || status?.lastHandledReconcileAt !== requestedAt;
  if (!isNews) return;
  const answered = isStatic ? { observedGeneration: null } : statusOf(object, requestedAt);
  await kube.patch(targetOf(object), { status: answered }, { type: 'merge', subresource: 'status' });
}

const OWN_FIELDS: Readonly<Record<string, object>> = {
  ImageRepository: { lastScanResult: { revision: '7', tagCount: 7, scanTime: TIME, latestTags: ['1.2.0'] } },
  ImagePolicy: {
    latestRef: { name: 'ghcr.io/example/web', tag: '1.2.0', digest: `sha256:${'9'.repeat(64)}` },
  },
  ImageUpdateAutomation: { lastAutomationRunTime: TIME },
  Receiver: { webhookPath: `/hook/${'9'.repeat(64)}` },
};

function statusOf({ kind, metadata }: Seen, lastHandledReconcileAt: string | undefined): object {
  const { generation } = metadata;
  const condition = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'done' };
  const status = {
    observedGeneration: generation,
    conditions: [{ ...condition, observedGeneration: generation, lastTransitionTime: TIME }],
    ...(lastHandledReconcileAt && { lastHandledReconcileAt }),
  };
  if (kind === KINDS.HelmRelease.kind) return { ...status, lastAttemptedRevision: '1.2.0' };
  const own = OWN_FIELDS[kind];
  if (own) return { ...status, ...own };
  const digest = `sha256:${'9'.repeat(64)}`;
  const place = { path: 'a.tar.gz', url: 'http://127.0.0.1:1/a.tar.gz', digest, lastUpdateTime: TIME };
  return { ...status, artifact: { ...place, revision: `${kind.toLowerCase()}@1.2.0` } };
}
