import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from './probe.ts';

/** Ports that stay the same over restarts, as long as nobody else takes one; the preferred ones to begin with. */
export async function persistentPorts<Name extends string>(
  dir: string,
  names: readonly Name[],
  preferred: Partial<Record<Name, number>> = {},
): Promise<Record<Name, number>> {
  const file = join(dir, 'ports.json');
  const before: Partial<Record<Name, number>> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<Name, number>>)
    : {};
  const ports = await Promise.all(
    names.map(async (name) => [name, await freePort(before[name] ?? preferred[name])]),
  );
  const chosen = Object.fromEntries(ports) as Record<Name, number>;
  writeWhole(file, JSON.stringify(chosen));
  return chosen;
}

/** The content of a file, made when it is not there yet; readable by its owner only. */
export function persistent(file: string, make: () => string): string {
  if (!existsSync(file)) writeWhole(file, make());
  return readFileSync(file, 'utf8');
}

/** Writes a private file so that no reader and no crash ever sees half of it. */
export function writeWhole(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const half = `${file}.${process.pid}.tmp`;
  writeFileSync(half, content, { mode: 0o600 });
  chmodSync(half, 0o600);
  renameSync(half, file);
}
