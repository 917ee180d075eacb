import { z } from 'zod';
import { AGE, type CustomResource, READY } from './custom-resource.ts';
import { artifact, condition, duration, localRef, metadata, shortDuration } from './fields.ts';

const include = z.looseObject({
  repository: localRef.describe('The GitRepository whose artifact is copied.'),
  fromPath: z.string().optional().describe('Path in its artifact; its root when empty.'),
  toPath: z.string().optional().describe('Path in this artifact; the name of the repository when empty.'),
});

/** What to check out: of what is set, the last in this list counts. */
export const gitReference = z.looseObject({
  branch: z.string().optional().describe('A branch.'),
  tag: z.string().optional().describe('A tag; comes before the branch.'),
  semver: z.string().optional().describe('A range: the highest tag in it; comes before the tag.'),
  name: z.string().optional().describe('A full name such as refs/pull/1/head; comes before the range.'),
  commit: z.string().optional().describe('A commit; comes before everything else.'),
});

const spec = z
  .looseObject({
    url: z
      .string()
      .meta({ pattern: '^(http|https|ssh)://.*$' })
      .describe('Address of the repository: http, https or ssh.'),
    interval: duration.describe('How often the repository is asked for a new revision.'),
    timeout: shortDuration.default('60s').describe('Bound of every operation on the remote repository.'),
    ref: gitReference.optional().describe('What to check out; the branch master when absent.'),
    secretRef: localRef.optional().describe('Secret with the credentials of the repository.'),
    ignore: z
      .string()
      .optional()
      .describe('Patterns of files left out of the artifact, after those of all .sourceignore files.'),
    suspend: z.boolean().optional().describe('Stops reconciling; the last artifact stays.'),
    provider: z
      .enum(['generic', 'aws', 'azure', 'github'])
      .optional()
      .describe('Where credentials come from; generic reads the Secret only.'),
    serviceAccountName: z.string().optional().describe('ServiceAccount whose cloud identity is used.'),
    proxySecretRef: localRef.optional().describe('Secret with the address and credentials of a proxy.'),
    verify: z
      .looseObject({
        mode: z
          .enum(['head', 'HEAD', 'Tag', 'TagAndHEAD'])
          .default('HEAD')
          .describe('Which signatures must hold: of the commit, of the tag, or both.'),
        secretRef: localRef.describe('Secret with the public keys.'),
      })
      .optional()
      .describe('Signatures that a revision needs.'),
    include: z.array(include).optional().describe('Artifacts of other repositories to copy into this one.'),
    recurseSubmodules: z.boolean().optional().describe('Whether submodules are part of the artifact.'),
    sparseCheckout: z.array(z.string()).optional().describe('Directories to check out; all when empty.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
        message: "serviceAccountName can only be set when provider is 'azure' or 'aws'",
      },
    ],
  });

const status = z.looseObject({
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  conditions: z.array(condition).optional(),
  artifact: artifact.optional().describe('The last archive that was made.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The value of the requestedAt annotation last answered.'),
  observedIgnore: z.string().optional().describe('spec.ignore of the artifact.'),
  observedInclude: z.array(include).optional().describe('spec.include of the artifact.'),
  includedArtifacts: z.array(artifact).optional().describe('The artifacts copied into this one.'),
  observedRecurseSubmodules: z.boolean().optional().describe('spec.recurseSubmodules of the artifact.'),
  observedSparseCheckout: z.array(z.string()).optional().describe('spec.sparseCheckout of the artifact.'),
  sourceVerificationMode: z.string().optional().describe('The mode of the last verification.'),
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

export const gitRepositoryResource: CustomResource = {
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'GitRepository',
  plural: 'gitrepositories',
  shortNames: ['gitrepo'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }, AGE, ...READY],
  description: 'A git repository whose content becomes an artifact.',
  spec,
  status,
};

/** The branch of a repository that names no ref. */
export const DEFAULT_BRANCH = 'master';

/** The first field set in the spec that this release does not honour yet, as a path; undefined when there is none. */
export function unsupportedField(spec: GitRepositorySpec): string | undefined {
  if (spec.provider === 'aws' || spec.provider === 'azure') return 'spec.provider';
  if (spec.recurseSubmodules) return 'spec.recurseSubmodules';
  if (spec.include?.length) return 'spec.include';
  if (spec.sparseCheckout?.length) return 'spec.sparseCheckout';
  const absent = ['verify', 'proxySecretRef', 'serviceAccountName'] as const;
  const field = absent.find((name) => spec[name] !== undefined && spec[name] !== '');
  return field && `spec.${field}`;
}
