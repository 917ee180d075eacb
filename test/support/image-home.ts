import { onTestFinished } from 'vitest';
import { Kind } from '../../api/object-ref.ts';
import { git } from '../../tools/git.ts';
import { type Registry, startRegistry } from '../../tools/registry.ts';
import { type FluxHome, type FluxHomeOptions, fluxHome } from './flux.ts';
import { temporaryFolder } from './harness.ts';
import { pushImage } from './oci-push.ts';

/** A {@link FluxHome} with a registry, and the objects of image automation. */
export interface ImageHome {
  readonly home: FluxHome;
  readonly registry: Registry;
  /** `host:port/name` of the image, as manifests name it. */
  readonly image: string;
  /** Pushes a scratch image under these tags; resolves to its digest. */
  readonly push: (tags: readonly string[], label?: string) => Promise<string>;
  readonly repository: (spec?: Spec, name?: string) => Promise<void>;
  readonly policy: (spec?: Spec, name?: string, labels?: Strings) => Promise<void>;
  readonly automation: (spec?: Spec, options?: AutomationOptions) => Promise<void>;
  /** What a branch of the remote holds. */
  readonly show: (branch: string, path: string) => Promise<string>;
  /** The commits of a branch, newest first. */
  readonly log: (branch: string, format?: string) => Promise<readonly string[]>;
}

interface AutomationOptions {
  readonly name?: string;
  readonly annotations?: Strings;
}

type Spec = Readonly<Record<string, unknown>>;
type Strings = Readonly<Record<string, string>>;

const NAME = 'apps/podinfo';
const API = 'image.toolkit.fluxcd.io/v1';

/** Starts a registry and a git server of the running test's own; `files` are committed with IMAGE replaced by the image. */
export async function imageHome(options: FluxHomeOptions = {}): Promise<ImageHome> {
  const registry = await startRegistry({ dir: temporaryFolder() });
  onTestFinished(() => registry.stop());
  const image = `${registry.host}/${NAME}`;
  const files = Object.fromEntries(
    Object.entries(options.files ?? {}).map(([path, text]) => [path, text.replaceAll('IMAGE', image)]),
  );
  const home = await fluxHome({ ...options, files });
  const create = (kind: string, name: string, spec: Spec, more: Readonly<Record<string, Strings>> = {}) =>
    home.kube.create({
      apiVersion: API,
      kind,
      metadata: { name, namespace: home.namespace, ...more },
      spec,
    });
  const inClone = (...args: readonly string[]) => git(home.git.tree.dir, ...args);
  return {
    home,
    registry,
    image,
    push: (tags, label) => pushImage({ url: registry.url, repository: NAME }, tags, label),
    async repository(spec = {}, name = 'podinfo') {
      await create(Kind.ImageRepository, name, { image, interval: '1h', insecure: true, ...spec });
    },
    async policy(spec = {}, name = 'podinfo', labels = {}) {
      const numerical = { order: 'asc' };
      const imageRepositoryRef = { name: 'podinfo' };
      await create(
        Kind.ImagePolicy,
        name,
        { imageRepositoryRef, policy: { numerical }, ...spec },
        { labels },
      );
    },
    async automation(spec = {}, { name = 'commits', annotations = {} } = {}) {
      const author = { name: 'Pawl', email: 'pawl@example.org' };
      await create(
        Kind.ImageUpdateAutomation,
        name,
        {
          sourceRef: { kind: Kind.GitRepository, name: 'home' },
          interval: '1h',
          git: { commit: { author }, push: { branch: 'flux/image-updates' } },
          ...spec,
        },
        { annotations },
      );
    },
    async show(branch, path) {
      await inClone('fetch', '-q', 'origin', branch);
      return await inClone('show', `FETCH_HEAD:${path}`);
    },
    async log(branch, format = '%s') {
      await inClone('fetch', '-q', 'origin', branch);
      return (await inClone('log', `--format=${format}`, 'FETCH_HEAD')).trim().split('\n');
    },
  };
}

/** A Deployment of an image, marked for the policy `podinfo`. */
export function markedDeployment(image: string, namespace: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
spec:
  replicas: 0
  selector: { matchLabels: { app: podinfo } }
  template:
    metadata: { labels: { app: podinfo } }
    spec:
      containers:
        - name: app
          image: ${image} # {"$imagepolicy": "${namespace}:podinfo"}
`;
}
