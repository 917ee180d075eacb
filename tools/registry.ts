import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTool } from './build.ts';
import { answersHttp } from './probe.ts';
import { startProcess } from './process.ts';

export interface RegistryOptions {
  /** Holds the log; what is pushed stays in the memory of the process. */
  readonly dir: string;
  readonly port?: number | undefined;
}

export interface Registry {
  /** `127.0.0.1:port`, as it stands in references. */
  readonly host: string;
  /** Over plain http. */
  readonly url: string;
  stop(): Promise<void>;
}

const SERVING = /serving on port (\d+)/g;

/** Starts an empty OCI registry on loopback that everybody may push to. */
export async function startRegistry({ dir, port = 0 }: RegistryOptions): Promise<Registry> {
  const logFile = join(dir, 'registry.log');
  let bound: string | undefined;
  const server = await startProcess({
    name: 'oci-registry',
    command: await ensureTool('oci-registry'),
    args: ['-port', String(port)],
    logFile,
    ready: async () => {
      // The log may be longer than this process is old.
      bound = [...readFileSync(logFile, 'utf8').matchAll(SERVING)].at(-1)?.[1];
      return bound !== undefined && (await answersHttp(`http://127.0.0.1:${bound}/v2/`));
    },
  });
  const host = `127.0.0.1:${bound}`;
  return { host, url: `http://${host}`, stop: () => server.stop() };
}
