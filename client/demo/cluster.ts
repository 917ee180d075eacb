import type { KubeClient } from '../../activities/kube/client.ts';
import { type Condition, type ConditionType, findCondition } from '../../api/conditions.ts';
import type { ImagePolicy } from '../../api/image-policy.ts';
import type { KubeObject } from '../../api/kube-object.ts';

export const KUSTOMIZATIONS = [
  'flux-system',
  'infrastructure-controllers',
  'infrastructure-configs',
  'apps',
] as const;
export type KustomizationName = (typeof KUSTOMIZATIONS)[number];

interface Status {
  readonly observedGeneration?: number;
  readonly lastAppliedRevision?: string;
  readonly lastAttemptedRevision?: string;
  readonly artifact?: { readonly revision: string };
  readonly inventory?: { readonly entries?: readonly unknown[] };
  readonly conditions?: readonly Condition[];
}

/** What the story reads of a Deployment. */
export interface Deployment {
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly image: string;
  /** That a pod asks for. */
  readonly memory: string | undefined;
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** The cluster as the story looks at it. */
export interface Cluster {
  /** Undefined until it has been fetched. */
  sourceRevision(): Promise<string | undefined>;
  ready(name: KustomizationName): Promise<Condition | undefined>;
  /** Ready, with this commit applied; how many objects it holds. */
  appliedAt(name: KustomizationName, sha: string): Promise<{ readonly objects: number } | undefined>;
  /** What a HelmRelease says of its present spec. */
  release(name: string, type: ConditionType): Promise<Condition | undefined>;
  deployment(name: string): Promise<Deployment | undefined>;
  /** The tag that an ImagePolicy chose. */
  chosenTag(policy: string): Promise<string | undefined>;
  exists(apiVersion: string, kind: string, name: string): Promise<boolean>;
  ingressHost(name: string): Promise<string | undefined>;
  /** `kubectl scale`, by somebody who does not use Git. */
  scale(name: string, replicas: number): Promise<void>;
}

const APPS = 'apps';
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: APPS } as const;
const POLICY = { apiVersion: 'image.toolkit.fluxcd.io/v1', kind: 'ImagePolicy', namespace: APPS } as const;
const RELEASE = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: APPS } as const;

export function watchCluster(kube: KubeClient): Cluster {
  const engineObject = async (apiVersion: string, kind: string, name: string) => {
    const object = await kube.get({ apiVersion, kind, namespace: 'flux-system', name });
    return { generation: object?.metadata.generation, status: (object?.['status'] ?? {}) as Status };
  };
  const kustomization = (name: string) =>
    engineObject('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', name);
  const readyOf = (status: Status) => status.conditions?.find(({ type }) => type === 'Ready');

  return {
    sourceRevision: async () =>
      (await engineObject('source.toolkit.fluxcd.io/v1', 'GitRepository', 'flux-system')).status.artifact
        ?.revision,
    ready: async (name) => readyOf((await kustomization(name)).status),
    appliedAt: async (name, sha) => {
      const { generation, status } = await kustomization(name);
      const ready = readyOf(status);
      if (ready?.status !== 'True' || ready.observedGeneration !== generation) return undefined;
      if (status.lastAppliedRevision !== `main@sha1:${sha}`) return undefined;
      return { objects: status.inventory?.entries?.length ?? 0 };
    },
    release: async (name, type) => {
      const found = await kube.get({ ...RELEASE, name });
      const told = findCondition((found?.['status'] as Status | undefined)?.conditions, type);
      return told?.observedGeneration === found?.metadata.generation ? told : undefined;
    },
    deployment: async (name) => deploymentOf(await kube.get({ ...DEPLOYMENT, name })),
    chosenTag: async (name) => {
      const found = await kube.get({ ...POLICY, name });
      return (found as unknown as ImagePolicy | undefined)?.status?.latestRef?.tag;
    },
    exists: async (apiVersion, kind, name) =>
      (await kube.get({ apiVersion, kind, namespace: APPS, name })) !== undefined,
    ingressHost: async (name) => {
      const ingress = await kube.get({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        namespace: APPS,
        name,
      });
      const spec = ingress?.['spec'] as
        | { readonly rules?: readonly { readonly host?: string }[] }
        | undefined;
      return spec?.rules?.[0]?.host;
    },
    scale: async (name, replicas) => {
      const options = { type: 'merge', fieldManager: 'kubectl-edit' } as const;
      await kube.patch({ ...DEPLOYMENT, name }, { spec: { replicas } }, options);
    },
  };
}

interface DeploymentFields {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly image: string;
          readonly resources?: { readonly requests?: { readonly memory?: string } };
        }[];
        readonly nodeSelector?: Readonly<Record<string, string>>;
      };
    };
  };
  readonly status?: { readonly readyReplicas?: number };
}

function deploymentOf(object: KubeObject | undefined): Deployment | undefined {
  if (!object) return undefined;
  const { spec, status } = object as KubeObject & DeploymentFields;
  const pod = spec.template.spec;
  return {
    replicas: spec.replicas,
    readyReplicas: status?.readyReplicas ?? 0,
    image: pod.containers[0]?.image ?? '',
    memory: pod.containers[0]?.resources?.requests?.memory,
    nodeSelector: pod.nodeSelector ?? {},
  };
}
