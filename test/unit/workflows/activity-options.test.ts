import { describe, expect, it, vi } from 'vitest';

// Replay does not see timeouts and retries: this is where a change of them is noticed.
vi.mock('@temporalio/workflow', () => ({
  proxyActivities: (options: object) => ({ ...options, isLocal: false }),
  proxyLocalActivities: (options: object) => ({ ...options, isLocal: true }),
}));

const { appointed, fast, settle, slow } = await import('../../../workflows/activities.ts');

const sitsOut = {
  scheduleToCloseTimeout: '15 minutes',
  localRetryThreshold: '5s',
  retry: { initialInterval: '250ms', backoffCoefficient: 2, maximumInterval: '15s' },
  isLocal: true,
};

describe('how long a step may take and how often it is tried', () => {
  it.each([
    {
      name: 'fast: at once again, four times',
      options: fast,
      expected: {
        startToCloseTimeout: '2 minutes',
        retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumAttempts: 4 },
        isLocal: true,
      },
    },
    {
      name: 'settle: for a quarter of an hour',
      options: settle,
      expected: { startToCloseTimeout: '30s', ...sitsOut },
    },
    {
      name: 'appointed: for a quarter of an hour',
      options: appointed,
      expected: { startToCloseTimeout: '2 minutes', ...sitsOut },
    },
    {
      name: 'slow: as long as the object says, with a grace for its own deadline to come first',
      options: slow(60_000),
      expected: {
        startToCloseTimeout: 90_000,
        heartbeatTimeout: '15s',
        cancellationType: 'TRY_CANCEL',
        retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 3 },
        isLocal: false,
      },
    },
  ])('$name', ({ options, expected }) => {
    expect(options).toEqual(expected);
  });
});
