import { z } from 'zod';
import { duration } from './fields.ts';

/** What a HelmRelease says of each action of helm. */

const flag = z.boolean().optional();
const serverSideApply = z.enum(['enabled', 'disabled', 'auto']).optional();

const crds = z
  .enum(['Skip', 'Create', 'CreateReplace'])
  .optional()
  .describe(
    'What becomes of the definitions in the chart: left out, created where missing, or kept applied.',
  );

const strategy = (fallback: string) =>
  z
    .looseObject({
      name: z.enum(['RemediateOnFailure', 'RetryOnFailure']),
      retryInterval: duration.optional().describe('5m when empty.'),
    })
    .meta({
      'x-kubernetes-validations': [
        {
          rule: "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
          message: fallback,
        },
      ],
    })
    .optional()
    .describe('Whether a failure is remediated, or the action tried again as an upgrade.');

const waiting = {
  timeout: duration.optional().describe('spec.timeout when empty.'),
  disableHooks: flag,
  disableWait: flag,
  disableWaitForJobs: flag,
};

const validation = {
  disableOpenAPIValidation: flag,
  disableSchemaValidation: flag,
  disableTakeOwnership: flag,
};

export const install = z
  .looseObject({
    ...waiting,
    ...validation,
    crds,
    skipCRDs: flag.describe('Deprecated: crds with the value Skip.'),
    createNamespace: flag.describe('Whether to create targetNamespace. It is never deleted.'),
    replace: flag.describe(
      'Whether to take the name of a release that was uninstalled and kept its history.',
    ),
    serverSideApply: flag,
    strategy: strategy(".retryInterval cannot be set when .name is 'RemediateOnFailure'"),
    remediation: z
      .looseObject({
        retries: z.int().optional().describe('How often a failed install is tried again; negative: always.'),
        ignoreTestFailures: flag,
        remediateLastFailure: flag.describe('Whether the last failure is uninstalled as well.'),
      })
      .optional(),
  })
  .optional();

export const upgrade = z
  .looseObject({
    ...waiting,
    ...validation,
    crds,
    force: flag.describe('Whether objects are replaced; without effect where they are applied.'),
    preserveValues: flag.describe('Whether the values of the last release are kept below the new ones.'),
    cleanupOnFail: flag.describe('Whether what a failed upgrade created is deleted.'),
    serverSideApply,
    chartNameChangeStrategy: z
      .enum(['InPlaceUpdate', 'Reinstall'])
      .optional()
      .describe('What happens when the chart has another name; Reinstall when empty.'),
    strategy: strategy(".retryInterval can only be set when .name is 'RetryOnFailure'"),
    remediation: z
      .looseObject({
        retries: z.int().optional().describe('How often a failed upgrade is tried again; negative: always.'),
        ignoreTestFailures: flag,
        remediateLastFailure: flag.describe('true when retries are more than 0.'),
        strategy: z.enum(['rollback', 'uninstall']).optional().describe('rollback when empty.'),
      })
      .optional(),
  })
  .optional();

export const test = z
  .looseObject({
    enable: flag,
    timeout: duration.optional(),
    ignoreFailures: flag,
    filters: z.array(z.looseObject({ name: z.string().min(1).max(253), exclude: flag })).optional(),
  })
  .optional()
  .describe('The tests of the chart.');

export const rollback = z
  .looseObject({ ...waiting, cleanupOnFail: flag, force: flag, recreate: flag, serverSideApply })
  .optional();

export const uninstall = z
  .looseObject({
    timeout: duration.optional(),
    disableHooks: flag,
    disableWait: flag,
    keepHistory: flag,
    deletionPropagation: z.enum(['background', 'foreground', 'orphan']).default('background'),
  })
  .optional();
