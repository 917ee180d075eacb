import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

// They end and freeze workers of a stack of their own, and mostly wait for what the dead held to be given away.
const DRILLS = [
  'test/e2e/{nothing-lost,outages,take-over}.test.ts',
  'test/e2e/helm/{cut-off,interrupted,killed-*}.test.ts',
  'test/e2e/images/killed.test.ts',
  'test/e2e/notify/outbox.test.ts',
  'test/e2e/tools/restart.test.ts',
];

const END_TO_END = {
  // Dozens of real processes are killed and frozen on shared cores; Vitest tells what needed a second go.
  retry: 1,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

// Each group waits for the one before: two cores carry one set of servers.
export default defineConfig({
  test: {
    pool: 'forks',
    // Most of what runs end to end is waited for: two files at a time keep two cores busy.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'replay',
          include: ['test/replay/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'workflow',
          include: ['test/workflows/**/*.test.ts'],
          globalSetup: ['test/support/temporal-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...END_TO_END,
          name: 'drill',
          include: DRILLS,
          // One takes less than half a core.
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...END_TO_END,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: DRILLS,
          globalSetup: ['test/support/global-setup.ts'],
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
