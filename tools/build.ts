import { withBuildLock } from './build-lock.ts';
import { pinnedVersion, TOOL_NAMES, TOOLS, type ToolName } from './catalog.ts';
import { goBuild } from './go.ts';
import { cachedTool, isExecutable, locateTool } from './locate.ts';
import { type OnProgress, reportToStderr, type ToolProgress } from './progress.ts';

export type { ToolName } from './catalog.ts';

export interface EnsureOptions {
  /** Hears of builds every second; by default they are shown on standard error. */
  readonly onProgress?: OnProgress | undefined;
}

const TICK_MS = 1_000;

/** The path of a tool that can be run: found on the machine, or built once from its pinned Go module. Throws when Go is missing or too old. */
export async function ensureTool(name: ToolName, options: EnsureOptions = {}): Promise<string> {
  return (await locateTool(name)) ?? (await buildTool(name, options.onProgress ?? reportToStderr()));
}

/** The same for several, one after another: a Go build uses all cores by itself. */
export async function ensureTools<Name extends ToolName>(
  names: readonly Name[],
  options: EnsureOptions = {},
): Promise<Record<Name, string>> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) paths[name] = await ensureTool(name, options);
  return paths as Record<Name, string>;
}

async function buildTool(name: ToolName, onProgress: OnProgress): Promise<string> {
  const target = cachedTool(name);
  const version = pinnedVersion(TOOLS[name]);
  const began = Date.now();
  const report = (phase: ToolProgress['phase']) =>
    onProgress({ tool: name, version, phase, elapsedMs: Date.now() - began });

  return withBuildLock(
    `${target}.lock`,
    async () => {
      // Whoever held the lock before may have built it.
      if (isExecutable(target)) return target;
      report('building');
      const ticking = setInterval(() => report('building'), TICK_MS);
      try {
        await goBuild(TOOLS[name], target);
      } finally {
        clearInterval(ticking);
      }
      report('built');
      return target;
    },
    () => report('waiting'),
  );
}

if (import.meta.main) {
  const wanted = TOOL_NAMES.filter((name) => process.argv.length < 3 || process.argv.includes(name));
  for (const [name, path] of Object.entries(await ensureTools(wanted))) console.log(`${name}\t${path}`);
}
