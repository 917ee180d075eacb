import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { gitEnvironment } from '../../tools/git.ts';
import { type Registry, startRegistry } from '../../tools/registry.ts';
import { pushImage } from '../support/oci-push.ts';
import { costOf, describeCost } from './cost.ts';
import { peakMemory } from './processes.ts';
import type { Row } from './report.ts';
import type { Rig } from './rig.ts';
import { median } from './runs.ts';
import { isReady } from './sync.ts';
import { until } from './until.ts';
import { NAMESPACE, SOURCE } from './workload.ts';

const TAGS = 20;
const IN_FLIGHT = 20;
const FILES = 5_000;
const MARKED = 200;
const PUSHES = 9;
const run = promisify(execFile);

type ImageKind = 'ImageRepository' | 'ImagePolicy' | 'ImageUpdateAutomation';

/** `count` images scanned, a tag that becomes a commit, and a large repository that is edited. */
export async function measureImages(rig: Rig, count: number): Promise<readonly Row[]> {
  const folder = join(rig.stack.dir, 'registry');
  await mkdir(folder, { recursive: true });
  const registry = await startRegistry({ dir: folder });
  try {
    return [
      ...(await measureScans(rig, registry, count)),
      ...(await measureCommits(rig, registry)),
      await measureLargeRepository(rig, registry),
    ];
  } finally {
    await registry.stop();
  }
}

async function measureScans(rig: Rig, registry: Registry, count: number): Promise<readonly Row[]> {
  const names = Array.from({ length: count }, (_, index) => `bench/image-${index}`);
  const tags = Array.from({ length: TAGS }, (_, tag) => `1.0.${tag}`);
  for (const repository of names) await pushImage({ url: registry.url, repository }, tags);
  const bareMs = await timed(() => listAll(registry, names));

  const before = costOf(rig);
  const value = await timed(async () => {
    for (const [index, name] of names.entries())
      await create(rig, 'ImageRepository', `image-${index}`, repositorySpec(`${registry.host}/${name}`));
    await allReady(rig, 'ImageRepository', count);
  });
  const note = describeCost(rig, before, count);
  return [{ what: `${count} images of ${TAGS} tags, made and scanned`, value, unit: 'ms', bareMs, note }];
}

/** The bare loop: the same questions to the registry, and nothing else. */
async function listAll({ url }: Registry, names: readonly string[]): Promise<void> {
  const left = [...names];
  const one = async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop())
      await (await fetch(`${url}/v2/${name}/tags/list?n=1000`)).json();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

/** From the request for a scan to the commit on the branch, one policy and one marker. */
async function measureCommits(rig: Rig, registry: Registry): Promise<readonly Row[]> {
  const target = { url: registry.url, repository: 'bench/app' };
  await pushImage(target, ['1']);
  await rig.tree.push('a marker', { 'small/app.yaml': marked(0, `${registry.host}/bench/app:1`, 'small') });
  await create(rig, 'ImageRepository', 'small', repositorySpec(`${registry.host}/bench/app`));
  await create(rig, 'ImagePolicy', 'small', policySpec('small'));
  await create(rig, 'ImageUpdateAutomation', 'small', automationSpec('./small', 'flux/small'));
  await allReady(rig, 'ImageUpdateAutomation', 1);
  const times: number[] = [];
  for (let tag = 2; tag < 2 + PUSHES; tag += 1) {
    await pushImage(target, [String(tag)]);
    times.push(await timed(() => untilPushed(rig, 'small', String(tag))));
  }
  const note = `worst ${Math.round(Math.max(...times))} ms`;
  return [
    { what: 'a tag, scanned by request, to its commit, median', value: median(times), unit: 'ms', note },
  ];
}

/** A repository of 5,000 files, 200 of them with a marker: all of these change in one commit. */
async function measureLargeRepository(rig: Rig, registry: Registry): Promise<Row> {
  const target = { url: registry.url, repository: 'bench/large' };
  const image = `${registry.host}/bench/large`;
  await pushImage(target, ['1']);
  const files = Array.from({ length: FILES }, (_, index): [string, string] => [
    `large/${index % 50}/${index}.yaml`,
    marked(index, `${image}:1`, index < MARKED ? 'large' : undefined),
  ]);
  await rig.tree.push('5,000 files', Object.fromEntries(files));
  await create(rig, 'ImageRepository', 'large', repositorySpec(image));
  await create(rig, 'ImagePolicy', 'large', policySpec('large'));
  await create(rig, 'ImageUpdateAutomation', 'large', automationSpec('./large', 'flux/large'));
  await allReady(rig, 'ImageUpdateAutomation', 2);
  const bareMs = await timed(() => editByHand(rig));
  await pushImage(target, ['2']);
  const memory = peakMemory(rig.worker.pid);
  const value = await timed(() => untilPushed(rig, 'large', '2'));
  const grown = peakMemory(rig.worker.pid) - memory;
  return {
    what: `the same, ${FILES} files of which ${MARKED} change`,
    value,
    unit: 'ms',
    bareMs,
    note: `the worker's peak grows by ${Math.round(grown)} MiB`,
  };
}

/** The bare loop: clone, edit by sed, commit and push. */
async function editByHand({ stack, git }: Rig): Promise<void> {
  const { url } = await git.createRepository('bench');
  const script = `git clone -q --depth 1 "$1" "$2" && cd "$2" && git checkout -qb by-hand &&
grep -rlF imagepolicy large | xargs sed -i 's/:1 #/:2 #/' && git commit -qam by-hand && git push -q origin by-hand`;
  const args = ['-ec', script, 'sh', url, join(stack.dir, 'by-hand')];
  await run('sh', args, { env: gitEnvironment() });
}

function marked(index: number, image: string, policy: string | undefined): string {
  const marker = policy === undefined ? '' : ` # {"$imagepolicy": "${NAMESPACE}:${policy}"}`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: file-${index}\ndata:\n  image: ${image}${marker}\n`;
}

const repositorySpec = (image: string) => ({ image, interval: '1h', insecure: true });

const policySpec = (name: string) => ({
  imageRepositoryRef: { name },
  policy: { numerical: { order: 'asc' } },
});

const automationSpec = (path: string, branch: string) => ({
  interval: '1h',
  sourceRef: { kind: Kind.GitRepository, name: SOURCE },
  git: { commit: { author: { email: 'bench@example.org' } }, push: { branch } },
  update: { path, strategy: 'Setters' },
});

async function create({ kube }: Rig, kind: ImageKind, name: string, spec: object): Promise<void> {
  await kube.create({ apiVersion: API_VERSION[kind], kind, metadata: { name, namespace: NAMESPACE }, spec });
}

function allReady({ kube }: Rig, kind: ImageKind, count: number): Promise<void> {
  const query = { apiVersion: API_VERSION[kind], kind, namespace: NAMESPACE };
  return until(kube, query, (objects) => objects.length === count && objects.every(isReady));
}

/** Asks for a scan and waits until the status of the automation tells of the tag's commit. */
async function untilPushed({ kube }: Rig, name: string, tag: string): Promise<void> {
  const kind = Kind.ImageUpdateAutomation;
  const target = { apiVersion: API_VERSION[kind], kind, namespace: NAMESPACE };
  const done = until(kube, { ...target, fieldSelector: `metadata.name=${name}` }, ([object]) => {
    const { observedPolicies = {}, lastPushCommit } = statusOf(object);
    return observedPolicies[name]?.tag === tag && lastPushCommit !== undefined;
  });
  const metadata = { annotations: { [Annotation.requestedAt]: `tag ${tag}` } };
  await kube.patch({ ...target, kind: Kind.ImageRepository, name }, { metadata }, { type: 'merge' });
  await done;
}

interface PushedStatus {
  readonly observedPolicies?: Readonly<Record<string, { readonly tag: string }>>;
  readonly lastPushCommit?: string;
}

function statusOf(object: KubeObject | undefined): PushedStatus {
  return (object?.['status'] ?? {}) as PushedStatus;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
