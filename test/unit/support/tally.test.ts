import { expect, it } from 'vitest';
import { countTests } from '../../support/tally.ts';

function report(numPassedTests: number, numFailedTests: number, testResults: unknown[] = []) {
  return { numPassedTests, numFailedTests, testResults };
}

const notLoaded = { status: 'failed', assertionResults: [] };
const oneFailed = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };

it.each([
  { name: 'all passed', given: report(3, 0), code: 0, passed: 3, failed: 0 },
  { name: 'a failed test once', given: report(3, 1, [oneFailed]), code: 1, passed: 3, failed: 1 },
  { name: 'a file that does not load', given: report(3, 0, [notLoaded]), code: 1, passed: 3, failed: 1 },
  { name: 'an error outside of all tests', given: report(3, 0), code: 1, passed: 3, failed: 1 },
  { name: 'a run without a report', given: undefined, code: 1, passed: 0, failed: 1 },
])('counts $name', ({ given, code, passed, failed }) => {
  expect(countTests(given, code)).toEqual({ passed, failed });
});
