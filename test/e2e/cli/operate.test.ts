import { describe, expect, it } from 'vitest';
import {
  createNamespace,
  type GitHome,
  gitHome,
  kubeClient,
  pawlFor,
  sharedStack,
} from '../../support/harness.ts';

interface Home extends GitHome {
  readonly namespace: string;
  /** Runs `pawl` in the namespace of the test. */
  readonly run: (line: string) => ReturnType<ReturnType<typeof pawlFor>>;
}

const configMap = (namespace: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ${namespace}}\ndata: {key: ${value}}\n`;

async function openHome(): Promise<Home> {
  const kube = kubeClient();
  const [git, namespace] = await Promise.all([gitHome(), createNamespace(kube, 'cli')]);
  const pawl = pawlFor(sharedStack());
  const run = (line: string) => pawl([...line.split(' '), '-n', namespace, '--timeout', '30s']);
  return { ...git, namespace, run };
}

async function syncedHome(): Promise<Home & { readonly commit: string }> {
  const home = await openHome();
  const commit = await home.tree.push('first', { 'apps/settings.yaml': configMap(home.namespace, 'one') });
  await home.run(`create source git home --url=${home.url} --branch=main`);
  const created = await home.run('create ks apps --source=home --path=./apps --prune=true');
  expect(created).toMatchObject({ code: 0, stdout: '' });
  return { ...home, commit };
}

describe('pawl against a cluster with a worker', () => {
  it('creates, and says what flux says', async () => {
    const { run, url, tree, namespace } = await openHome();
    const commit = await tree.push('first', { 'apps/settings.yaml': configMap(namespace, 'one') });

    const source = await run(`create source git home --url=${url} --branch=main`);
    const ks = await run('create ks apps --source=home --path=./apps --prune');

    expect(source.stderr.split('\n')).toEqual([
      '✚ generating GitRepository source',
      '► applying GitRepository source',
      '✔ GitRepository source created',
      '◎ waiting for GitRepository source reconciliation',
      '✔ GitRepository source reconciliation completed',
      `✔ fetched revision: main@sha1:${commit}`,
      '',
    ]);
    expect(ks.stderr.split('\n')).toEqual([
      '✚ generating Kustomization',
      '► applying Kustomization',
      '✔ Kustomization created',
      '◎ waiting for Kustomization reconciliation',
      '✔ Kustomization apps is ready',
      `✔ applied revision main@sha1:${commit}`,
      '',
    ]);
    expect((await run('get ks')).stdout).toBe(
      [
        'NAME\tREVISION          \tSUSPENDED\tREADY\tMESSAGE                              \n',
        `apps\tmain@sha1:${commit.slice(0, 8)}\tFalse    \tTrue \tApplied revision: main@sha1:${commit.slice(0, 8)}\t\n`,
      ].join(''),
    );
  });

  it('fetches and applies a push on request', async () => {
    const { run, tree, namespace } = await syncedHome();
    const commit = await tree.push('second', { 'apps/settings.yaml': configMap(namespace, 'two') });

    const { code, stderr } = await run('reconcile ks apps --with-source');

    expect(code).toBe(0);
    expect(stderr.split('\n')).toEqual([
      `► annotating GitRepository home in ${namespace} namespace`,
      '✔ GitRepository annotated',
      '◎ waiting for GitRepository reconciliation',
      `✔ fetched revision main@sha1:${commit}`,
      `► annotating Kustomization apps in ${namespace} namespace`,
      '✔ Kustomization annotated',
      '◎ waiting for Kustomization reconciliation',
      `✔ applied revision main@sha1:${commit}`,
      '',
    ]);
  });

  it('suspends with a reason, refuses to reconcile meanwhile, and resumes', async () => {
    const { run, commit, namespace } = await syncedHome();

    const suspended = await run('suspend ks apps --reason maintenance --until 1h');
    const wide = await run('get ks -o wide');
    const refused = await run('reconcile ks apps');
    const resumed = await run('resume ks apps');

    expect(suspended.stderr).toBe(
      `► suspending kustomization apps in ${namespace} namespace\n✔ kustomization suspended\n`,
    );
    expect(wide.stdout).toMatch(/True .*maintenance, by .*, until /);
    expect(refused).toMatchObject({ code: 1, stderr: '✗ resource is suspended\n' });
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stderr.split('\n')).toEqual([
      `► resuming kustomization apps in ${namespace} namespace`,
      '✔ kustomization resumed',
      '◎ waiting for Kustomization reconciliation',
      '✔ Kustomization apps reconciliation completed',
      `✔ applied revision main@sha1:${commit}`,
      '',
    ]);
    expect((await run('get ks -o json')).stdout).not.toContain('pawl.dev/suspend');
  });

  it('shows where an object came from and what was applied', async () => {
    const { run, namespace, commit } = await syncedHome();

    const [tree, trace, events] = await Promise.all([
      run('tree ks apps'),
      run('trace cm/settings'),
      run('events --for Kustomization/apps'),
    ]);

    expect(tree.stdout).toBe(`Kustomization/${namespace}/apps\n└── ConfigMap/${namespace}/settings\n\n`);
    expect(trace.stdout).toContain(`Object:          ConfigMap/settings\nNamespace:       ${namespace}\n`);
    expect(trace.stdout).toContain(`GitRepository:   home\nNamespace:       ${namespace}\n`);
    expect(trace.stdout).toContain(`Revision:        main@sha1:${commit}\n`);
    expect(events.stdout).toContain('Kustomization/apps');
    expect(events.stdout).toContain('GitRepository/home');
  });

  it('lists a run that failed, shows why, and replays it', async () => {
    const { run, tree } = await syncedHome();
    await tree.push('broken', { 'apps/settings.yaml': 'key: [unfinished\n' });
    await run('reconcile source git home');

    await expect
      .poll(async () => (await run('runs ks apps --failed')).stdout, { timeout: 20_000, interval: 500 })
      .toContain('BuildFailed');
    const shown = await run('run show ks apps');
    const replayed = await run('replay ks apps');
    const local = await run('replay ks apps --local');

    expect(shown.stdout).toMatch(/Status: +Failed \(BuildFailed\)/);
    expect(shown.stdout).toContain('Failure:     BuildFailed: apps/settings.yaml');
    expect(replayed.code).toBe(1);
    expect(replayed.stderr).toMatch(/✔ run \S+ started\n[^]*✗ run failed: BuildFailed: apps\/settings.yaml/);
    expect(local).toMatchObject({ code: 0 });
    expect(local.stderr).toContain('✔ replays cleanly');
  });

  it('deletes, and what was applied goes with it', async () => {
    const { run, namespace } = await syncedHome();
    const kube = kubeClient();

    const deleted = await run('delete ks apps -s');

    expect(deleted.stderr).toBe(
      `► deleting kustomization apps in ${namespace} namespace\n✔ kustomization deleted\n`,
    );
    await expect
      .poll(() => kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'settings' }), {
        timeout: 10_000,
      })
      .toBeUndefined();
  });

  it('finds nothing missing', async () => {
    const { run } = await openHome();

    const { code, stderr } = await run('check');

    expect(stderr).toContain('✔ kustomizations.kustomize.toolkit.fluxcd.io/v1');
    expect(stderr).toMatch(/✔ \d+ workers? polls? the task queue pawl/);
    expect(code).toBe(0);
  });
});

describe('what pawl says when something is not there', () => {
  it.each([
    ['get ks nope', 1, "✗ Kustomization object 'nope' not found in"],
    ['reconcile ks nope', 1, '✗ kustomizations.kustomize.toolkit.fluxcd.io "nope" not found'],
    ['suspend ks nope', 0, '✗ Kustomization nope not found in'],
    ['resume ks nope', 0, "✗ Kustomization object 'nope' not found in"],
    ['delete source git nope -s', 1, '✗ gitrepositories.source.toolkit.fluxcd.io "nope" not found'],
    ['run show ks nope', 1, '✗ no run of default/Kustomization/'],
    ['cancel ks nope', 1, '✗ no run of kustomization nope is open'],
    ['trace nosuchkind/x', 1, `✗ the server doesn't have a resource type "nosuchkind"`],
    ['get ks --nonsense', 2, "✗ unknown option '--nonsense'"],
  ])('`%s` ends with %d', async (line, code, message) => {
    const { run } = await openHome();

    const result = await run(line);

    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });
});
