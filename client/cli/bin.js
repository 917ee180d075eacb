#!/usr/bin/env node
// Plain JavaScript for any Node: whoever runs it may have one that cannot run TypeScript.
// oxlint-disable-next-line no-restricted-imports -- the re-start below has to be free of imports that an old Node cannot load
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// A worker makes much short-lived garbage. V8's defaults let each thread's young generation grow to 130 MiB and
// its old one to several times of what is alive; these cost no measurable time. NODE_OPTIONS may say otherwise.
const WORKER_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=1024'].filter(
  (flag) =>
    !`${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`.includes(flag.split('=')[0] ?? flag),
);

if (major > 22 || (major === 22 && minor >= 18)) {
  if (process.argv[2] === 'worker' && process.execve && WORKER_FLAGS.length > 0) {
    // The flags take effect at a start only. The process stays the same one, for whoever supervises it.
    process.removeAllListeners('warning');
    process.execve(process.execPath, [
      process.execPath,
      ...process.execArgv,
      ...WORKER_FLAGS,
      ...process.argv.slice(1),
    ]);
  }
  // Saves a third of the start-up: compiled code is kept in the temporary directory.
  module.enableCompileCache();
  const { main } = await import('./main.ts');
  await main(process.argv);
} else {
  restart();
}

/** Runs the same command line with the Node of the npm package `node`, which this package brings along. */
function restart() {
  const node = ownNode(dirname(fileURLToPath(import.meta.url)));
  if (!node) {
    console.error(
      `✗ pawl needs Node 22.18 or later, this is ${process.version}: run \`npm ci\`, which brings Node 24`,
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal tells the child by itself; another sender tells only us.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`✗ ${node} cannot be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

function ownNode(directory) {
  for (let at = directory; ; at = dirname(at)) {
    const node = join(at, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
    if (existsSync(node)) return node;
    if (at === dirname(at)) return undefined;
  }
}
