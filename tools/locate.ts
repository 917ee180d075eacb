import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { pinnedVersion, TOOLS, type Tool, type ToolName } from './catalog.ts';

const run = promisify(execFile);
const VERSION_MS = 10_000;

/** Where built tools are kept: one file a tool and version. */
export function cachedTool(name: ToolName, env: NodeJS.ProcessEnv = process.env): string {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'pawl', 'tools', `${name}-${pinnedVersion(TOOLS[name])}`);
}

/** A usable tool that is on the machine already: PAWL_TOOLS, KUBEBUILDER_ASSETS, PATH, then the cache. */
export async function locateTool(
  name: ToolName,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const named = [env['PAWL_TOOLS'], env['KUBEBUILDER_ASSETS']];
  const folders = [...named, ...(env['PATH'] ?? '').split(delimiter)].filter((folder) => folder);
  for (const folder of new Set(folders)) {
    const path = join(folder as string, name);
    if (isExecutable(path) && (await isAcceptable(path, TOOLS[name]))) return path;
  }
  const cached = cachedTool(name, env);
  return isExecutable(cached) ? cached : undefined;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether the program says that it is at least the tool's minimum version; one that does not answer is not. */
async function isAcceptable(path: string, tool: Tool): Promise<boolean> {
  try {
    const { stdout, stderr } = await run(path, [...tool.versionArgs], { timeout: VERSION_MS });
    const found = tool.versionPattern.exec(stdout + stderr)?.[1];
    return found !== undefined && isAtLeast(found, tool.minimum);
  } catch {
    return false;
  }
}

/** Compares dotted numbers; missing parts are zero. */
export function isAtLeast(version: string, minimum: string): boolean {
  const parts = version.split('.').map(Number);
  const wanted = minimum.split('.').map(Number);
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== want) return part > want;
  }
  return true;
}
