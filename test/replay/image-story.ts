import { join } from 'node:path';
import { targetOfRef } from '../../activities/observe/object.ts';
import { Annotation } from '../../api/names.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import { startRegistry } from '../../tools/registry.ts';
import { requestReconcile, suspend, Trigger } from '../../workflows/messages.ts';
import { pushImage } from '../support/oci-push.ts';
import { CANARY } from '../support/recorded-history.ts';
import { NAMESPACE, type Stage, until } from './stage.ts';

const ref = (kind: Kind) => (name: string) => ({ kind, namespace: NAMESPACE, name });
const repository = ref(Kind.ImageRepository);
const policy = ref(Kind.ImagePolicy);
const automation = ref(Kind.ImageUpdateAutomation);
const MAIN = [repository('app'), policy('app'), automation('app')];

/** Plays everything of image automation of which a history is kept, on a real cluster with a real registry and remote. */
export async function playImages(stage: Stage): Promise<void> {
  await stage.stack.startWorker();
  const registry = await startRegistry({ dir: join(stage.stack.dir, 'registry') });
  try {
    const push = (tag: string) => pushImage({ url: registry.url, repository: 'app' }, [tag]);
    await beginning(stage, `${registry.host}/app`, push);
    await update(stage, push);
    await failures(stage, registry.host);
    await pullRequest(stage);
    await bursts(stage);
    await endings(stage);
  } finally {
    await registry.stop();
  }
}

function ask(stage: Stage, of: ObjectRef): Promise<string> {
  const request = { reason: Trigger.Request };
  return stage.tell(of, { signal: requestReconcile, request, trigger: Trigger.Request });
}

type Push = (tag: string) => Promise<unknown>;

async function beginning(stage: Stage, image: string, push: Push): Promise<void> {
  const { kube, tree, url } = stage;
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const secrets = { login: { username: 'pawl', password: CANARY }, forge: { token: CANARY } };
  for (const [name, stringData] of Object.entries(secrets)) {
    const metadata = { name, namespace: NAMESPACE };
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  }
  await tree.push('first', { 'app.yaml': `image: ${image}:1 # {"$imagepolicy": "${NAMESPACE}:app"}\n` });
  await stage.create(stage.source('fleet'), { url, ref: { branch: 'main' }, secretRef: { name: 'login' } });

  await stage.create(policy('app'), choosing('app'));
  await stage.ended(policy('app'), 'Waiting');
  await push('1');
  await stage.create(repository('app'), { image, insecure: true });
  await stage.ended(policy('app'), 'Succeeded');
  await stage.create(automation('app'), updating('updates'));
  await stage.ended(automation('app'), 'NothingToDo');
}

function choosing(name: string, more: object = {}) {
  return {
    interval: undefined,
    imageRepositoryRef: { name },
    policy: { numerical: { order: 'asc' } },
    ...more,
  };
}

function updating(branch: string, more: object = {}) {
  const git = { commit: { author: { email: 'pawl@example.org' } }, push: { branch }, ...more };
  return { sourceRef: { kind: Kind.GitRepository, name: 'fleet' }, git };
}

async function update(stage: Stage, push: Push): Promise<void> {
  await push('2');
  // A scan is not due before its interval unless the object asks for it.
  const metadata = { annotations: { [Annotation.requestedAt]: '2' } };
  await stage.kube.patch(targetOfRef(repository('app')), { metadata }, { type: 'merge' });
  await stage.ended(automation('app'), 'Succeeded');
  for (const object of MAIN) {
    await quiet(stage, object);
    await ask(stage, object);
    await stage.ended(object, 'NothingToDo');
  }
  await stage.create(policy('digests'), choosing('app', { digestReflectionPolicy: 'IfNotPresent' }));
  await stage.ended(policy('digests'), 'Succeeded');
}

async function failures(stage: Stage, host: string): Promise<void> {
  await stage.create(repository('astray'), { image: `${host}/none`, insecure: true });
  await stage.ended(repository('astray'), 'ReadOperationFailed');
  await stage.create(repository('bad'), { image: `https://${host}/none` });
  await stage.ended(repository('bad'), 'ImageURLInvalid');
  await stage.create(policy('astray'), choosing('app', { filterTags: { pattern: '^none$' } }));
  await stage.ended(policy('astray'), 'Failure');
  await stage.create(policy('bad'), choosing('app', { policy: { semver: { range: 'none' } } }));
  await stage.ended(policy('bad'), 'InvalidPolicy');
  await stage.create(automation('astray'), updating('main', { checkout: { ref: { branch: 'nowhere' } } }));
  await stage.ended(automation('astray'), 'GitOperationFailed');
}

/** The repository has no address that a provider could have. */
async function pullRequest(stage: Stage): Promise<void> {
  const asked = automation('asked');
  const { apiVersion, kind } = targetOfRef(asked);
  const annotations = { [Annotation.pullRequest]: 'gitea', [Annotation.pullRequestSecret]: 'forge' };
  const metadata = { name: asked.name, namespace: NAMESPACE, annotations };
  await stage.kube.create({ apiVersion, kind, metadata, spec: { interval: '1h', ...updating('asked') } });
  await stage.ended(asked, 'PullRequestFailed');
}

async function quiet(stage: Stage, of: ObjectRef): Promise<void> {
  await until(`${of.name} rests`, async () => !(await stage.isRunning(of)));
}

/** Asks so much that some of it meets a run. */
async function bursts(stage: Stage): Promise<void> {
  // A choice without a registry is over before anybody meets it.
  for (const object of [repository('app'), policy('digests'), automation('app')]) {
    await quiet(stage, object);
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let sent = 0; sent < 15; sent++) await ask(stage, object);
      }),
    );
    await quiet(stage, object);
  }
}

async function endings(stage: Stage): Promise<void> {
  for (const object of MAIN.toReversed()) {
    await stage.tell(object, { signal: suspend, request: { by: 'ada' }, trigger: Trigger.Suspend });
    await stage.ended(object, 'Suspended');
    await stage.kube.delete(targetOfRef(object));
    await stage.ended(object, 'Deleted');
  }
}
