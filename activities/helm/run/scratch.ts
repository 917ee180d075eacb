import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../process/find-program.ts';
import type { HelmAct } from './act.ts';
import { POST_RENDERER } from './args.ts';
import type { Pass } from './gateway.ts';

/** The private directory of one helm process, removed with it. */
export interface Scratch extends AsyncDisposable {
  readonly dir: string;
  readonly valuesFile: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

const PREFIX = 'helm-';

/** Removes what killed processes have left: it holds values. Only before the first directory is made. */
export async function clearScratch(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const left = names.filter((name) => name.startsWith(PREFIX));
  await Promise.all(left.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}

/** Makes the directory with all that helm reads besides the chart: nothing in it outlives the pass. */
export async function makeScratch(parent: string, pass: Pass, act: HelmAct): Promise<Scratch> {
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, PREFIX));
  const kubeconfig = join(dir, 'kubeconfig');
  const valuesFile = join(dir, 'values.json');
  const plugins = join(dir, 'plugins');
  const write = (path: string, text: string) => writeFile(path, text, { mode: 0o600 });
  await mkdir(join(plugins, POST_RENDERER), { recursive: true });
  await Promise.all([
    write(kubeconfig, JSON.stringify(kubeconfigOf(pass))),
    write(join(plugins, POST_RENDERER, 'plugin.yaml'), JSON.stringify(plugin())),
    ...('values' in act ? [write(valuesFile, act.values)] : []),
  ]);
  return {
    dir,
    valuesFile,
    env: {
      ...environment(dir, { kubeconfig, plugins }),
      // For what a schema refers to: loopback itself, and thereby the gateway, is never asked through a proxy.
      HTTP_PROXY: pass.url,
      HTTPS_PROXY: pass.url,
      // Its log says why, where its error only says that. After tests it would write the values, which may fail.
      ...(act.kind !== 'test' && { HELM_DEBUG: 'true' }),
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

function kubeconfigOf({ url }: Pass): object {
  const name = 'gateway';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url } }],
    contexts: [{ name, context: { cluster: name } }],
    'current-context': name,
  };
}

/** Hands what helm rendered to this process, and takes its answer, by descriptors that helm passes on unopened. */
function plugin(): object {
  const sh = program('sh');
  const cat = program('cat');
  return {
    apiVersion: 'v1',
    type: 'postrenderer/v1',
    name: POST_RENDERER,
    version: '1.0.0',
    runtime: 'subprocess',
    config: {},
    runtimeConfig: {
      platformCommand: [{ command: sh, args: ['-c', `${cat} >&3 && printf '\\0' >&3 && ${cat} <&4`] }],
    },
  };
}

function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed: helm needs it to be post-rendered`);
  return path;
}

function environment(
  dir: string,
  { kubeconfig, plugins }: { readonly kubeconfig: string; readonly plugins: string },
): Readonly<Record<string, string>> {
  return {
    // Nothing is there.
    PATH: join(dir, 'bin'),
    HOME: dir,
    TMPDIR: dir,
    LANG: 'C',
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: join(dir, 'cache'),
    HELM_CONFIG_HOME: join(dir, 'config'),
    HELM_DATA_HOME: join(dir, 'data'),
    HELM_PLUGINS: plugins,
    HELM_DRIVER: 'secret',
    NO_COLOR: '1',
    ...GO,
  };
}

// Helm waits more than it computes: one processor and fewer collections cost it no time and a fifth less CPU.
const GO = { GOMAXPROCS: '1', GOGC: '400', GOMEMLIMIT: '512MiB' };
