import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseName, releaseNamespace } from '../../activities/helm/history/target.ts';
import { objectsOf } from '../../activities/helm/manifest.ts';
import { createPostRender } from '../../activities/helm/post-render/post-render.ts';
import type { Release } from '../../activities/helm/storage/release.ts';
import type { ComposedValues } from '../../activities/helm/values/compose.ts';
import { run } from '../../activities/process/run.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { locateTool } from '../../tools/locate.ts';
import type { Session } from './session.ts';

export interface RenderInput {
  readonly release: HelmRelease;
  readonly chart: string;
  readonly values: ComposedValues;
  /** The one that is there; undefined before the first. */
  readonly stored: Release | undefined;
  /** For files of this one command. */
  readonly folder: string;
}

const MOST_STDOUT = 64 * 1024 * 1024;

/**
 * The objects that an upgrade would leave, hooks excepted: rendered by helm with the rights of whoever asks, for `lookup`
 * and the server's capabilities, then post-rendered as the worker does it. Throws helm's sentence.
 */
export async function renderRelease(session: Session, input: RenderInput): Promise<readonly KubeObject[]> {
  const stream = await template(session, input);
  const needsKustomize = (input.release.spec.postRenderers ?? []).some((renderer) => renderer.kustomize);
  const kustomize = needsKustomize ? await toolPath('kustomize') : '';
  const scratchDir = join(input.folder, 'kustomize');
  const postRender = createPostRender(input.release, { kustomize, scratchDir, signal: session.deadline });
  const isHook = ({ metadata }: KubeObject) => metadata.annotations?.['helm.sh/hook'] !== undefined;
  return objectsOf(await postRender(stream), 'what helm rendered').filter((object) => !isHook(object));
}

async function template(session: Session, input: RenderInput): Promise<string> {
  const { release, chart, values, stored, folder } = input;
  const { spec } = release;
  const { kubeconfig, context } = session.settings.kube;
  const files = await valuesFiles(input);
  const { disableSchemaValidation, disableOpenAPIValidation } = spec[stored ? 'upgrade' : 'install'] ?? {};
  const flags = [
    `--namespace=${releaseNamespace(release)}`,
    '--dry-run=server',
    ...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []),
    ...(context ? [`--kube-context=${context}`] : []),
    ...(stored ? ['--is-upgrade'] : []),
    ...(disableSchemaValidation ? ['--skip-schema-validation'] : []),
    ...(disableOpenAPIValidation ? ['--disable-openapi-validation'] : []),
    '--take-ownership',
    ...files.map((file) => `--values=${file}`),
    ...values.sets.map((set) => `--set=${set}`),
  ];
  const command = [await toolPath('helm'), 'template', ...flags, '--', releaseName(release), chart];
  const { code, stdout, stderr } = await run(command, {
    cwd: folder,
    env: await environment(folder),
    timeoutMs: session.timeoutMs || 2 ** 31 - 1,
    signal: session.deadline,
    maxStdout: MOST_STDOUT,
  });
  if (code !== 0) throw new Error(sentence(stderr, values.secrets));
  return stdout.toString('utf8');
}

/** Below the values now those of the last release, where an upgrade keeps them. */
async function valuesFiles({ release, values, stored, folder }: RenderInput): Promise<readonly string[]> {
  const keeps = stored !== undefined && release.spec.upgrade?.preserveValues === true;
  const texts = [...(keeps ? [JSON.stringify(stored.config ?? {})] : []), values.json];
  const files = texts.map((text, at) => ({ text, path: join(folder, `values-${at}.json`) }));
  await Promise.all(files.map(({ path, text }) => writeFile(path, text, { mode: 0o600 })));
  return files.map(({ path }) => path);
}

/** That of the user, whose credentials may need it; of helm's own settings and plugins nothing. */
async function environment(folder: string): Promise<Readonly<Record<string, string>>> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('HELM_'));
  const home = join(folder, 'helm');
  await mkdir(home);
  const places = ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME'];
  return Object.fromEntries([...own, ...places.map((name) => [name, home])]) as Record<string, string>;
}

async function toolPath(name: 'helm' | 'kustomize'): Promise<string> {
  const path = await locateTool(name);
  if (!path) throw new Error(`${name} is missing: put it on the PATH (\`pawl check\`)`);
  return path;
}

function sentence(stderr: string, secrets: readonly string[]): string {
  // Behind the first empty line helm explains its flags.
  const [text = ''] = stderr
    .trim()
    .replace(/^Error: /, '')
    .split('\n\n');
  return secrets.filter(({ length }) => length >= 4).reduce((said, it) => said.replaceAll(it, '***'), text);
}
