import type { Command } from 'commander';
import { examples, withSession } from './command.ts';
import { getHelmRelease } from './helm-release.ts';
import { KINDS } from './kinds.ts';
import { toYaml } from './manifest.ts';
import { releaseValues } from './release-values.ts';
import type { Session } from './session.ts';

interface DebugOptions {
  readonly showStatus?: boolean;
  readonly showValues?: boolean;
  readonly showHistory?: boolean;
}

const REFERENCE = 'https://fluxcd.io/flux/components/helm/helmreleases/';

/** `pawl debug …` */
export function addDebug(program: Command): void {
  const verb = program.command('debug').description('Print what a release is made of');
  const hr = verb.command('helmrelease [name]').aliases([...KINDS.HelmRelease.aliases]);
  hr.description('Print the values, history or status of a HelmRelease. Values are shown with their secrets')
    .option('--show-values', 'its values, with those of ConfigMaps and Secrets')
    .option('--show-history', 'the releases made for it')
    .option('--show-status', 'its status')
    .action(withSession<DebugOptions>((session, [name], options) => debug(session, name, options)));
  const lines = {
    'debug hr web -n apps --show-values > values.yaml': 'the values as helm gets them',
    'debug hr web -n apps --show-history': 'what was released, and when',
  };
  for (const command of [verb, hr]) examples(command, lines);
}

async function debug(session: Session, name: string | undefined, options: DebugOptions): Promise<void> {
  if (!name) throw new Error('accepts 1 arg(s), received 0');
  const { showStatus, showValues, showHistory } = options;
  if ([showStatus, showValues, showHistory].filter(Boolean).length !== 1) {
    throw new Error('exactly one of --show-status, --show-values, or --show-history must be set');
  }
  const { out } = session;
  const object = await getHelmRelease(session, name);
  if (showValues) return out.print((await releaseValues(session, object)).encoded || '{}\n');
  const { history = [], ...status } = object.status ?? {};
  // A field of the API's type that is always written.
  const snapshots = history.map((snapshot) => ({ deleted: null, ...snapshot }));
  if (showHistory) {
    return out.print(`# History documentation: ${REFERENCE}#history\n${toYaml(snapshots)}`);
  }
  const whole = { ...status, ...(snapshots.length > 0 && { history: snapshots }) };
  out.print(`# Status documentation: ${REFERENCE}#helmrelease-status\n${toYaml(whole)}`);
}
