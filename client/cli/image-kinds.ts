import { findCondition } from '../../api/conditions.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { type KindInfo, never, SUSPENDED } from './kind-info.ts';
import { localTime } from './local-time.ts';
import { type Reconciled, referenceText } from './reconciled.ts';

type Own = { readonly kind: Kind } & Pick<
  KindInfo,
  'plural' | 'human' | 'command' | 'columns' | 'wide' | 'success'
>;

function image(own: Own): KindInfo {
  return {
    apiVersion: API_VERSION[own.kind],
    family: 'image',
    aliases: [],
    cutsMessage: false,
    hasStatus: true,
    isStatic: never,
    ...own,
  };
}

export const imageRepository = image({
  kind: Kind.ImageRepository,
  plural: 'imagerepositories',
  human: 'image repository',
  command: 'repository',
  columns: [
    { name: 'Last scan', cell: ({ status }) => localTime(status?.lastScanResult?.scanTime) },
    SUSPENDED,
  ],
  wide: [
    { name: 'Image', cell: ({ spec }) => spec.image ?? '' },
    { name: 'Tags', cell: ({ status }) => String(status?.lastScanResult?.tagCount ?? '') },
  ],
  success: ({ status }) => `scan fetched ${status?.lastScanResult?.tagCount ?? 0} tags`,
});

/** As `flux` has it, its table does not say whether a policy is suspended; the note of the wide one does. */
export const imagePolicy = image({
  kind: Kind.ImagePolicy,
  plural: 'imagepolicies',
  human: 'image policy',
  command: 'policy',
  columns: [
    { name: 'Image', cell: ({ status }) => status?.latestRef?.name ?? '' },
    { name: 'Tag', cell: ({ status }) => status?.latestRef?.tag ?? '' },
  ],
  wide: [
    { name: 'Repository', cell: repositoryOf },
    { name: 'Policy', cell: policyText },
    { name: 'Digest', cell: ({ status }) => status?.latestRef?.digest ?? '' },
  ],
  success: (object) => `selected ref ${latestRefText(object)}`,
});

export const imageUpdateAutomation = image({
  kind: Kind.ImageUpdateAutomation,
  plural: 'imageupdateautomations',
  human: 'image update automation',
  command: 'update',
  columns: [{ name: 'Last run', cell: ({ status }) => localTime(status?.lastAutomationRunTime) }, SUSPENDED],
  wide: [
    { name: 'Source', cell: (object) => referenceText(object, object.spec.sourceRef) },
    { name: 'Branch', cell: branchOf },
    { name: 'Last commit', cell: ({ status }) => (status?.lastPushCommit ?? '').slice(0, 8) },
  ],
  success: ({ status }) => findCondition(status?.conditions, 'Ready')?.message ?? 'automation not yet run',
});

function repositoryOf(object: Reconciled): string {
  const { imageRepositoryRef: ref } = object.spec;
  return ref ? `${ref.namespace || object.metadata.namespace || ''}/${ref.name}` : '';
}

function policyText({ spec: { policy = {} } }: Reconciled): string {
  const { semver, alphabetical, numerical } = policy;
  if (semver) return `semver ${semver.range}`;
  if (alphabetical) return `alphabetical ${alphabetical.order ?? 'asc'}`;
  return numerical ? `numerical ${numerical.order ?? 'asc'}` : '';
}

function latestRefText({ status }: Reconciled): string {
  const { name = '', tag = '', digest } = status?.latestRef ?? {};
  return `${name}:${tag}${digest ? `@${digest}` : ''}`;
}

// Where commits go: the branch that is checked out unless another is named.
function branchOf({ spec: { git } }: Reconciled): string {
  return git?.push?.branch || git?.checkout?.ref?.branch || '';
}
