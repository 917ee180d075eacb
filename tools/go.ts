import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { moduleFolder, pinnedVersion, type Tool } from './catalog.ts';
import { isAtLeast } from './locate.ts';

const run = promisify(execFile);
const KEPT_OUTPUT = 8_000;

/** Builds a tool to `target` from its pinned module; throws an Error with Go's own words when that fails. */
export async function goBuild(tool: Tool, target: string): Promise<void> {
  const folder = moduleFolder(tool);
  const go = await findGo(folder);
  const variables = tool.stamp(pinnedVersion(tool)).map((variable) => ` -X ${variable}`);
  const half = `${target}.${process.pid}.tmp`;
  mkdirSync(dirname(target), { recursive: true });
  const args = ['build', '-trimpath', '-ldflags', `-s -w${variables.join('')}`, '-o', half, tool.package];
  try {
    await compile(go, args, folder);
    // Under its name only when whole: another process may look at any time.
    renameSync(half, target);
  } finally {
    rmSync(half, { force: true });
  }
}

/** A go command that is new enough for the module; the user's own GOTOOLCHAIN setting decides about downloads. */
async function findGo(folder: string): Promise<string> {
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1] ?? '1.21';
  const root = process.env['GOROOT'];
  const seen: string[] = [];
  for (const go of ['go', ...(root ? [join(root, 'bin', 'go')] : []), '/usr/local/go/bin/go']) {
    const version = await goVersion(go, folder);
    if (version && isAtLeast(version, wanted)) return go;
    if (version) seen.push(version);
  }
  throw new Error(
    seen.length > 0
      ? `Go ${seen[0]} is too old: building the tools needs Go ${wanted} or newer (https://go.dev/dl)`
      : `Go was not found: building the tools needs Go ${wanted} or newer on the PATH (https://go.dev/dl)`,
  );
}

async function goVersion(go: string, folder: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(go, ['env', 'GOVERSION'], { cwd: folder, env: goEnvironment() });
    return /go(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
  } catch (error) {
    // A go that may not fetch a newer one refuses the whole go.mod, and says which version it is.
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    return /running go (\d+(?:\.\d+)*)/.exec(said)?.[1];
  }
}

function goEnvironment(): NodeJS.ProcessEnv {
  // A go.work above the checkout would change what the go.mod pins.
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
}

function compile(go: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(go, args, { cwd, env: goEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
    const end = () => child.kill();
    process.once('exit', end);
    child.once('error', failed).once('close', (code, signal) => {
      process.off('exit', end);
      if (code === 0) done();
      else failed(new Error(`go ${args.join(' ')} ended with ${signal ?? code}:\n${output.trim()}`));
    });
  });
}
