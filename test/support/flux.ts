import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import type { KubeClient, Target } from '../../activities/kube/client.ts';
import { targetOfRef } from '../../activities/observe/object.ts';
import { type Condition, findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { Objects, ReconciledObject } from '../../api/objects.ts';
import type { GitServerOptions } from '../../tools/git-server.ts';
import {
  createNamespace,
  type GitHome,
  gitHome,
  kubeClient,
  type StackAddresses,
  sharedStack,
} from './harness.ts';

export interface FluxHomeOptions {
  readonly stack?: StackAddresses;
  readonly git?: Omit<GitServerOptions, 'root'>;
  /** Of the first commit. */
  readonly files?: Readonly<Record<string, string>>;
  /** More of the GitRepository's spec; false makes none. */
  readonly source?: Readonly<Record<string, unknown>> | false;
}

// A test that fails should say what it saw well before vitest ends it.
const PATIENCE_MS = 30_000;

/** A namespace with a git repository of its own and a GitRepository `home` for it, all removed with the running test. */
export class FluxHome {
  readonly stack: StackAddresses;
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly git: GitHome;

  constructor(stack: StackAddresses, kube: KubeClient, namespace: string, git: GitHome) {
    this.stack = stack;
    this.kube = kube;
    this.namespace = namespace;
    this.git = git;
  }

  ref(kind: Kind, name: string): ObjectRef {
    return { kind, namespace: this.namespace, name };
  }

  /** Commits and pushes; `undefined` removes a file. The revision that it has as an artifact. */
  async push(files: Readonly<Record<string, string | undefined>>, message = 'change'): Promise<string> {
    return `main@sha1:${await this.git.tree.push(message, files)}`;
  }

  /** Pushes, tells the source, and waits until it has the revision, which is returned. */
  async deploy(files: Readonly<Record<string, string | undefined>>): Promise<string> {
    const revision = await this.push(files);
    await this.request(Kind.GitRepository, 'home');
    await this.ready(Kind.GitRepository, 'home', revision);
    return revision;
  }

  /** Creates a GitRepository of the home's repository. */
  async source(name = 'home', spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.kube.create({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: Kind.GitRepository,
      metadata: { name, namespace: this.namespace },
      spec: { url: this.git.url, ref: { branch: 'main' }, interval: '1h', ...spec },
    });
  }

  /** Creates a Kustomization of the source `home` into this namespace; fields that are undefined are left out. */
  async kustomization(
    name: string,
    spec: Readonly<Record<string, unknown>> = {},
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.kube.create({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: Kind.Kustomization,
      metadata: { name, namespace: this.namespace, ...metadata },
      spec: {
        interval: '1h',
        prune: true,
        sourceRef: { kind: Kind.GitRepository, name: 'home' },
        targetNamespace: this.namespace,
        ...spec,
      },
    });
  }

  async get<K extends Kind>(kind: K, name: string): Promise<Objects[K]> {
    const found = await this.find(kind, name);
    if (!found) throw new Error(`${kind} ${name} does not exist`);
    return found;
  }

  async find<K extends Kind>(kind: K, name: string): Promise<Objects[K] | undefined> {
    return (await this.kube.get(targetOfRef(this.ref(kind, name)))) as unknown as Objects[K] | undefined;
  }

  /** An object of this namespace, undefined when there is none. */
  live(kind: string, name: string, apiVersion = 'v1'): Promise<KubeObject | undefined> {
    return this.kube.get({ apiVersion, kind, namespace: this.namespace, name });
  }

  /** Changes the spec as `kubectl patch --type merge` would. */
  async update(kind: Kind, name: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.kube.patch(targetOfRef(this.ref(kind, name)), { spec }, { type: 'merge' });
  }

  delete(kind: Kind, name: string): Promise<boolean> {
    return this.kube.delete(targetOfRef(this.ref(kind, name)));
  }

  /** Asks for a reconcile by the annotation, as `flux reconcile` does; resolves to its value. */
  async request(kind: Kind, name: string): Promise<string> {
    const value = `${new Date().toISOString()}#${randomBytes(3).toString('hex')}`;
    const metadata = { annotations: { [Annotation.requestedAt]: value } };
    await this.kube.patch(targetOfRef(this.ref(kind, name)), { metadata }, { type: 'merge' });
    return value;
  }

  /** Asks, and waits until the status says that it was done. */
  async reconcile<K extends Kind>(kind: K, name: string): Promise<Objects[K]> {
    const value = await this.request(kind, name);
    const handled = async () => (await this.find(kind, name))?.status?.lastHandledReconcileAt;
    await expect.poll(handled, POLL).toBe(value);
    return this.get(kind, name);
  }

  /** Waits until the object is ready for its newest spec, with this revision where one is given. */
  async ready<K extends Kind>(kind: K, name: string, revision?: string): Promise<Objects[K]> {
    const expected = { status: 'True', isObserved: true, ...(revision !== undefined && { revision }) };
    await expect.poll(async () => readiness(await this.find(kind, name)), POLL).toMatchObject(expected);
    return this.get(kind, name);
  }

  /** Waits until a condition has the reason, and returns it. */
  async condition(kind: Kind, name: string, type: string, reason: string): Promise<Condition> {
    const read = async () => findCondition((await this.find(kind, name))?.status?.conditions, type);
    await expect.poll(read, POLL).toMatchObject({ reason });
    const condition = await read();
    if (!condition) throw new Error(`${kind} ${name} has lost ${type}`);
    return condition;
  }

  /** The events of an object, oldest first. */
  async events(kind: Kind, name: string): Promise<readonly CoreEvent[]> {
    const { items } = await this.kube.list({
      apiVersion: 'v1',
      kind: 'Event',
      namespace: this.namespace,
      fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`,
    });
    const events = items as unknown as CoreEvent[];
    return [...events].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** Waits until there is nothing at the address any more. */
  async gone(target: Target): Promise<void> {
    await expect.poll(() => this.kube.get(target), POLL).toBeUndefined();
  }
}

/** A core/v1 Event as tools read it. */
export interface CoreEvent {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly involvedObject: Readonly<Record<string, string>>;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string };
  readonly count: number;
}

export const POLL = { timeout: PATIENCE_MS, interval: 50 };

/** Schedules are changed when nothing else is going on: what other tests do puts that off. */
export const POLL_BEHIND = { timeout: 90_000, interval: 100 };

/** A home for the running test, with the files committed and the source created. */
export async function fluxHome(options: FluxHomeOptions = {}): Promise<FluxHome> {
  const { stack = sharedStack(), files = {}, source = {} } = options;
  const kube = kubeClient(stack);
  const namespace = await createNamespace(kube, 'flux');
  const git = await gitHome(options.git);
  const home = new FluxHome(stack, kube, namespace, git);
  onTestFinished(() => removeAll(home));
  if (Object.keys(files).length > 0) await home.push(files, 'first');
  if (source !== false) await home.source('home', source);
  return home;
}

/** Deletes what was reconciled, so that nobody goes on asking a server that is gone. */
async function removeAll({ kube, namespace }: FluxHome): Promise<void> {
  for (const kind of Object.values(Kind).reverse()) {
    const { apiVersion } = targetOfRef({ kind, namespace, name: '' });
    const { items } = await kube.list({ apiVersion, kind, namespace });
    for (const { metadata } of items) await kube.delete({ apiVersion, kind, namespace, name: metadata.name });
  }
}

/** What a wait for an object looks at. */
export function readiness(object: ReconciledObject | undefined) {
  if (object === undefined) return undefined;
  const { metadata, status } = object;
  const ready = findCondition(status?.conditions, 'Ready');
  return {
    status: ready?.status,
    // Seen when a wait runs out: why it is not ready.
    message: ready?.message,
    isObserved: status?.observedGeneration === metadata.generation,
    revision: revisionOf(object),
  };
}

// Where each kind tells what it has come to; the others have an artifact.
const REVISIONS: { readonly [K in Kind]?: (object: Objects[K]) => string | undefined } = {
  Kustomization: ({ status }) => status?.lastAppliedRevision,
  HelmRelease: ({ status }) => status?.history?.[0]?.chartVersion,
  ImageRepository: ({ status }) => status?.lastScanResult?.revision,
  ImagePolicy: ({ status }) => status?.latestRef?.tag,
  ImageUpdateAutomation: ({ status }) => status?.observedSourceRevision,
  Receiver: ({ status }) => status?.webhookPath,
};

function revisionOf(object: ReconciledObject): string | undefined {
  // The table gives each kind its own reader.
  const read = REVISIONS[object.kind] as ((object: ReconciledObject) => string | undefined) | undefined;
  if (read) return read(object);
  return (object as { status?: { artifact?: { revision: string } } }).status?.artifact?.revision;
}

/** A ConfigMap manifest without a namespace. */
export function configMap(name: string, data: Readonly<Record<string, string>> = { key: 'value' }): string {
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })}\n`;
}
