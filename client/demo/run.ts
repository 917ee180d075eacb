import { join } from 'node:path';
import { watchCluster } from './cluster.ts';
import { createNarrator, formatElapsed, type Narrator } from './narrator.ts';
import { cloneRepository } from './repository.ts';
import { type Servers, startServers } from './servers.ts';
import { claimDir, forgetRunningDemo, type RunningDemo, writeRunningDemo } from './state.ts';
import { setScene, tellStory } from './story.ts';

export interface DemoOptions {
  readonly dir: string;
  /** Leaves after the story. */
  readonly exit: boolean;
  readonly story: boolean;
}

type Ending = { readonly code: number; readonly why?: string };

/** Runs the demo until Ctrl-C, or the end of the story, and stops all of it. Sets the exit code. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const narrator = createNarrator((text) => process.stdout.write(text), process.stdout.isTTY);
  const { promise: died, resolve: onDied } = Promise.withResolvers<Ending>();
  const up = new AsyncDisposableStack();
  claimDir(options.dir);

  const ending = await Promise.race([
    perform(options, narrator, up, (error) => onDied({ code: 1, why: error.message })),
    died,
    untilInterrupted(options.exit),
  ]);
  if (ending.why) narrator.failed(ending.why);
  narrator.heading('Stopping');
  const began = Date.now();
  forgetRunningDemo();
  await up.disposeAsync();
  narrator.saw(`all stopped; everything is kept in ${options.dir}`, Date.now() - began);
  // What the interrupted part still waits for must not hold the process.
  process.exit(ending.code);
}

async function perform(
  { dir, exit, story }: DemoOptions,
  narrator: Narrator,
  up: AsyncDisposableStack,
  onDied: (error: Error) => void,
): Promise<Ending> {
  const began = Date.now();
  try {
    narrator.heading('Starting');
    const servers = await startServers({ dir, story, narrator, up, onDied });
    writeRunningDemo(servers.state);
    narrator.plain(`\nUp in ${formatElapsed(Date.now() - began)}. All of it is in ${dir}.`);
    const told = !story || (await tell(servers, narrator));
    if (exit) return { code: told ? 0 : 1 };
    showWayOn(servers.state, narrator);
    return await new Promise<never>(() => {});
  } catch (error) {
    return { code: 1, why: error instanceof Error ? error.message : String(error) };
  }
}

async function tell(servers: Servers, narrator: Narrator): Promise<boolean> {
  const tree = await cloneRepository(servers.git, join(servers.state.dir, 'clone'));
  const began = Date.now();
  const told = await tellStory(setScene(servers, tree, watchCluster(servers.kube), narrator), narrator);
  const took = formatElapsed(Date.now() - began);
  narrator.heading(
    told ? `The story took ${took}; every step did what it says.` : `The story stopped after ${took}.`,
  );
  return told;
}

function showWayOn(state: RunningDemo, narrator: Narrator): void {
  narrator.plain(`
It stays up until Ctrl-C. In another terminal:

  Temporal UI    ${state.uiUrl}/namespaces/${state.temporalNamespace}/schedules
  KUBECONFIG     ${state.kubeconfig}
  worker's log   ${state.logFile}

  npx pawl get ks -A --watch
  npx pawl runs ks apps
  npx pawl tree ks apps
  npx pawl get hr -A
  npx pawl runs hr recipes -n apps
  npx pawl reconcile ks apps --with-source
  git clone ${state.gitUrl}
  eval "$(npx pawl demo env)" && kubectl get pods -A
`);
}

/** Ctrl-C is how the demo is meant to end, unless it would have ended by itself. The second one does not wait. */
function untilInterrupted(early: boolean): Promise<Ending> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        done({ code: early ? 130 : 0 });
      });
    }
  });
}
