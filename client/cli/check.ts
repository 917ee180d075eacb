import type { Command } from 'commander';
import { CHECKS, type Check, type Finding } from './checks.ts';
import { examples, withSession } from './command.ts';
import type { Session } from './session.ts';

/** `pawl check` */
export function addCheck(program: Command): void {
  const verb = program
    .command('check')
    .description('Say what is missing: cluster, CRDs, Temporal, workers, tools');
  verb.action(withSession((session) => check(session)));
  examples(verb, {
    check: 'everything',
    'check --context home --temporal-address temporal.home:7233': 'before starting a worker there',
  });
}

async function check(session: Session): Promise<void> {
  const { out } = session;
  out.action('checking prerequisites');
  const failed = new Set<string>();
  let failures = 0;
  for (const part of CHECKS) {
    // What cannot be asked is not a second complaint.
    if (part.needs && failed.has(part.needs)) continue;
    for (const { isOk, text } of await findingsOf(session, part)) {
      if (isOk) out.success(text);
      else out.failure(text);
      failures += isOk ? 0 : 1;
      if (!isOk) failed.add(part.name);
    }
  }
  if (failures > 0) throw new Error(`${failures} ${failures === 1 ? 'check' : 'checks'} failed`);
  out.success('all checks passed');
}

async function findingsOf(session: Session, { name, run }: Check): Promise<readonly Finding[]> {
  try {
    return await run(session);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ isOk: false, text: why.includes(name) ? why : `${name}: ${why}` }];
  }
}
