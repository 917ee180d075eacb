import { z } from 'zod';
import { artifact, condition, duration, laterObject, localRef, metadata, shortDuration } from './fields.ts';

const spec = z.looseObject({
  url: z.string().meta({ pattern: '^(http|https|ssh)://.*$' }),
  interval: duration,
  timeout: shortDuration.default('60s'),
  ref: z
    .looseObject({
      branch: z.string().optional(),
      tag: z.string().optional(),
      semver: z.string().optional(),
      name: z.string().optional(),
      commit: z.string().optional(),
    })
    .optional(),
  secretRef: localRef.optional(),
  ignore: z.string().optional(),
  suspend: z.boolean().optional(),
  // Honoured by later releases; see UNSUPPORTED.
  provider: z.enum(['generic', 'aws', 'azure', 'github']).optional(),
  serviceAccountName: z.string().optional(),
  proxySecretRef: localRef.optional(),
  verify: laterObject.optional(),
  include: z.array(laterObject).optional(),
  recurseSubmodules: z.boolean().optional(),
  sparseCheckout: z.array(z.string()).optional(),
});

const status = z.looseObject({
  observedGeneration: z.int().optional().meta({ format: 'int64' }),
  conditions: z.array(condition).optional(),
  artifact: artifact.optional(),
  lastHandledReconcileAt: z.string().optional(),
  observedIgnore: z.string().optional(),
  observedInclude: z.array(laterObject).optional(),
  includedArtifacts: z.array(artifact).optional(),
  observedRecurseSubmodules: z.boolean().optional(),
  observedSparseCheckout: z.array(z.string()).optional(),
  sourceVerificationMode: z.string().optional(),
});

/** A git repository whose content becomes an artifact. */
export const gitRepository = z.looseObject({
  apiVersion: z.literal('source.toolkit.fluxcd.io/v1'),
  kind: z.literal('GitRepository'),
  metadata,
  spec,
  status: status.optional(),
});
export type GitRepository = z.infer<typeof gitRepository>;
export type GitRepositorySpec = GitRepository['spec'];
export type GitRepositoryStatus = NonNullable<GitRepository['status']>;

/** The branch of a repository that names no ref. */
export const DEFAULT_BRANCH = 'master';

type SpecField = keyof GitRepositorySpec & string;

// Which later field a spec uses; an empty list or the default asks for nothing.
const LATER: readonly (readonly [field: SpecField, isUsed: (spec: GitRepositorySpec) => boolean])[] = [
  ['verify', ({ verify }) => verify !== undefined],
  ['include', ({ include }) => (include ?? []).length > 0],
  ['sparseCheckout', ({ sparseCheckout }) => (sparseCheckout ?? []).length > 0],
  ['recurseSubmodules', ({ recurseSubmodules }) => recurseSubmodules === true],
  ['proxySecretRef', ({ proxySecretRef }) => proxySecretRef !== undefined],
  ['provider', ({ provider }) => (provider ?? 'generic') !== 'generic'],
  ['serviceAccountName', ({ serviceAccountName }) => Boolean(serviceAccountName)],
];

/** The first field of a spec that only later releases honour, as a path below `spec`; undefined when it uses none. */
export function unsupportedField(spec: GitRepositorySpec): string | undefined {
  return LATER.find(([, isUsed]) => isUsed(spec))?.[0];
}
