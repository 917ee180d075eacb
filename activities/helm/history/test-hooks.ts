import type { HelmReleaseSpec, Snapshot } from '../../../api/helm-release.ts';
import type { Release } from '../storage/release.ts';
import { inSeconds } from './observe.ts';

type TestHooks = NonNullable<Snapshot['testHooks']>;
type Filters = NonNullable<HelmReleaseSpec['test']>['filters'];

/** How the tests of a release went, by name: those that `spec.test.filters` choose. */
export function testHooksOf({ hooks }: Release, filters: Filters = []): TestHooks {
  const tests = hooks.filter(({ name, events }) => events.includes('test') && isChosen(name, filters));
  return Object.fromEntries(
    tests.map(({ name, lastRun }) => {
      const { phase } = lastRun;
      const lastStarted = inSeconds(lastRun.startedAt);
      const lastCompleted = inSeconds(lastRun.completedAt);
      return [
        name,
        {
          ...(phase && { phase }),
          ...(lastStarted && { lastStarted }),
          ...(lastCompleted && { lastCompleted }),
        },
      ];
    }),
  );
}

/** An exclusion wins; the first name that is no exclusion leaves out all that are not named. */
function isChosen(name: string, filters: NonNullable<Filters>): boolean {
  const included = filters.filter(({ exclude }) => !exclude);
  if (filters.some((filter) => filter.exclude && filter.name === name)) return false;
  return included.length === 0 || included.some((filter) => filter.name === name);
}
