import type { KubeObject } from '../../api/kube-object.ts';
import { taskQueue } from '../../api/names.ts';
import { isEstablished, readCrds } from './install.ts';
import type { Session } from './session.ts';
import { kubernetesVersion, temporalVersion } from './version.ts';

export interface Finding {
  readonly isOk: boolean;
  readonly text: string;
}

export interface Check {
  readonly name: string;
  /** The check without which this one makes no sense. */
  readonly needs?: string;
  readonly run: (session: Session) => Promise<readonly Finding[]>;
}

const OLDEST_KUBERNETES = 33;

/** Everything that Pawl needs, in the order in which one would mend it. */
export const CHECKS: readonly Check[] = [
  { name: 'Kubernetes', run: checkKubernetes },
  { name: 'CRDs', needs: 'Kubernetes', run: checkCrds },
  { name: 'Temporal', run: checkTemporal },
  { name: 'search attributes', needs: 'Temporal', run: checkSearchAttributes },
  { name: 'worker', needs: 'Temporal', run: checkWorker },
  { name: 'tools', run: checkTools },
];

async function checkKubernetes(session: Session): Promise<readonly Finding[]> {
  const version = await kubernetesVersion(session);
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 0);
  return [{ isOk: minor >= OLDEST_KUBERNETES, text: `Kubernetes ${version} >=1.${OLDEST_KUBERNETES}` }];
}

async function checkCrds(session: Session): Promise<readonly Finding[]> {
  const crds = await readCrds();
  return Promise.all(
    crds.map(async ({ object }) => {
      const isOk = await isEstablished(session, object);
      const text = `${object.metadata.name}/${versionOf(object)}`;
      return { isOk, text: isOk ? text : `${text} is missing: run \`pawl install\`` };
    }),
  );
}

function versionOf(crd: KubeObject): string {
  const { versions } = crd['spec'] as { readonly versions: readonly { readonly name: string }[] };
  return versions.map(({ name }) => name).join(',');
}

async function checkTemporal(session: Session): Promise<readonly Finding[]> {
  const client = await session.temporal();
  const version = await temporalVersion(session);
  const { temporalConfig } = await import('../temporal.ts');
  const { namespace } = client.options;
  const { address } = temporalConfig(session.settings.temporal).connection;
  const findings = [{ isOk: true, text: `Temporal ${version} at ${address}` }];
  try {
    await client.workflowService.describeNamespace({ namespace });
    return [...findings, { isOk: true, text: `Temporal namespace ${namespace}` }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [...findings, { isOk: false, text: `Temporal namespace ${namespace}: ${why}` }];
  }
}

async function checkSearchAttributes(session: Session): Promise<readonly Finding[]> {
  const { missingSearchAttributes } = await import('../../workers/search-attributes.ts');
  const missing = await missingSearchAttributes(await session.temporal());
  if (missing.length === 0) return [{ isOk: true, text: 'search attributes' }];
  const text = `search attributes ${missing.join(', ')} are missing: a worker adds them when it starts`;
  return [{ isOk: false, text }];
}

// From the API's enum TaskQueueType.
const WORKFLOW_QUEUE = 1;

async function checkWorker(session: Session): Promise<readonly Finding[]> {
  const client = await session.temporal();
  const name = taskQueue(session.flags.cluster);
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType: WORKFLOW_QUEUE,
  });
  const count = new Set(pollers.map(({ identity }) => identity)).size;
  const isOk = count > 0;
  const text = isOk
    ? `${count} ${count === 1 ? 'worker polls' : 'workers poll'} the task queue ${name}`
    : `no worker polls the task queue ${name}: start one with \`pawl worker\``;
  return [{ isOk, text }];
}

async function checkTools(): Promise<readonly Finding[]> {
  const { locateTool } = await import('../../tools/locate.ts');
  const { findOnPath } = await import('./find-on-path.ts');
  const [git, kustomize, helm] = await Promise.all([
    findOnPath('git'),
    locateTool('kustomize'),
    locateTool('helm'),
  ]);
  const advice = 'put it on the PATH, or install Go: a worker then builds its own';
  return [
    found('git', git, 'install it: workers fetch with it'),
    found('kustomize', kustomize, advice),
    found('helm', helm, advice),
  ];
}

function found(name: string, path: string | undefined, advice: string): Finding {
  return path
    ? { isOk: true, text: `${name} at ${path}` }
    : { isOk: false, text: `${name} is missing: ${advice}` };
}
