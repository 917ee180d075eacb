import { ConditionType } from '../../../api/conditions.ts';
import { Reason } from '../../../api/reasons.ts';
import { recordTest } from '../history/record.ts';
import { fullReleaseName, hasBeenTested, latest, versionedChartName } from '../history/snapshots.ts';
import { activeRemediation } from '../spec.ts';
import {
  type ActionOutcome,
  actBase,
  countFailure,
  eventMetadata,
  historyOf,
  readVersions,
  type Turn,
} from './outcome.ts';

const { TestSuccess } = ConditionType;

/** Runs the tests of the chart against the latest release. Helm-controller's `Test`. */
export async function test(turn: Turn): Promise<ActionOutcome> {
  const { object, deps, step } = turn;
  const before = latest(historyOf(object));
  if (before === undefined) throw new Error('there is no release to test');
  const result = await deps.helm.run({ ...actBase(turn), kind: 'test' }, step);
  // A test that leaves no trace has run all the same.
  const [tested] = await readVersions(turn, [before.version]);
  const filters = object.spec.test?.filters;
  const history = tested ? recordTest(historyOf(object), tested, filters) : historyOf(object);
  const status = { ...object.status, history: [...history] };
  const current = latest(history) ?? before;
  if (result.cancelled) return { status, set: [] };
  const about = `for release ${fullReleaseName(current)} with chart ${versionedChartName(current)}`;
  const metadata = eventMetadata(current);
  if (result.error === undefined) {
    const message = `Helm test succeeded ${about}: ${countOf(Object.keys(current.testHooks ?? {}).length)}`;
    const reason = Reason.TestSucceeded;
    return {
      status,
      set: [{ type: TestSuccess, status: 'True', reason, message }],
      event: { type: 'Normal', reason, message, metadata },
    };
  }
  const reason = Reason.TestFailed;
  const message = `Helm test failed ${about}: ${result.error}`;
  const isTested = hasBeenTested(current);
  const { infrastructure = false } = result;
  return {
    status: infrastructure ? status : counted(turn, status, isTested),
    set: [{ type: TestSuccess, status: 'False', reason, message }],
    event: { type: 'Warning', reason, message, metadata },
    ...((!isTested || infrastructure) && { error: { reason, message, mayPass: infrastructure } }),
  };
}

/** A failed test counts as a failure of the release that it tested, where it matters. */
function counted({ object }: Turn, status: Turn['object']['status'], isTested: boolean) {
  const failed = countFailure(status);
  const remediation = activeRemediation(object);
  const action = object.status?.lastAttemptedReleaseAction;
  if (!isTested || action === undefined || remediation === undefined || remediation.ignoresTestFailures)
    return failed;
  const counter = `${action}Failures` as const;
  return { ...failed, [counter]: (failed[counter] ?? 0) + 1 };
}

function countOf(hooks: number): string {
  if (hooks === 0) return 'no test hooks';
  return `${hooks} test ${hooks === 1 ? 'hook' : 'hooks'} completed successfully`;
}
