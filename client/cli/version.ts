import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { examples, withSession } from './command.ts';
import { withTransport } from './raw-request.ts';
import type { Session } from './session.ts';

/** `pawl version` */
export function addVersion(program: Command): void {
  const verb = program
    .command('version')
    .description('Show the versions of Pawl, Node, Kubernetes and Temporal');
  verb
    .option('--client', 'only of Pawl and Node')
    .action(
      withSession<{ client?: boolean }>((session, _args, options) =>
        version(session, options.client ?? false),
      ),
    );
  examples(verb, { 'version --client': 'without asking the servers' });
}

async function version(session: Session, isClient: boolean): Promise<void> {
  session.out.print(`pawl: v${pawlVersion()}\nnode: ${process.version}\n`);
  if (isClient) return;
  const [kubernetes, temporal] = await Promise.all(
    [kubernetesVersion(session), temporalVersion(session)].map((asked) =>
      asked.catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
    ),
  );
  session.out.print(`kubernetes: ${kubernetes}\ntemporal: ${temporal}\n`);
}

/** The version of this package. */
function pawlVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The API server's version, such as `v1.36.2`. */
export async function kubernetesVersion(session: Session): Promise<string> {
  const text = await withTransport(session, (transport) =>
    transport.send({ method: 'GET', path: '/version' }),
  );
  return (JSON.parse(text) as { gitVersion: string }).gitVersion;
}

/** The Temporal server's version. */
export async function temporalVersion(session: Session): Promise<string> {
  const client = await session.temporal();
  return (await client.workflowService.getSystemInfo({})).serverVersion;
}
