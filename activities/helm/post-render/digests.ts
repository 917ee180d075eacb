import { createHash } from 'node:crypto';
import { goArray, goMap, goString, goStruct } from '../../../api/formats/go-json.ts';
import type { HelmReleaseSpec } from '../../../api/helm-release.ts';

type PostRenderer = NonNullable<HelmReleaseSpec['postRenderers']>[number];
type Kustomize = NonNullable<PostRenderer['kustomize']>;
type Patch = NonNullable<Kustomize['patches']>[number];
type Image = NonNullable<Kustomize['images']>[number];

/** `status.observedPostRenderersDigest`; undefined without post-renderers (helm-controller `postrender.Digest`). */
export function postRenderersDigest({
  postRenderers,
}: Pick<HelmReleaseSpec, 'postRenderers'>): string | undefined {
  if (!postRenderers) return undefined;
  const json = ({ kustomize }: PostRenderer) =>
    goStruct([['kustomize', kustomize && kustomizeJson(kustomize)]]);
  return digestOf(goArray(postRenderers, json));
}

/** `status.observedCommonMetadataDigest`; undefined without it (helm-controller `postrender.CommonMetadataDigest`). */
export function commonMetadataDigest({
  commonMetadata,
}: Pick<HelmReleaseSpec, 'commonMetadata'>): string | undefined {
  if (!commonMetadata) return undefined;
  const { annotations = {}, labels = {} } = commonMetadata;
  return digestOf(
    goStruct([
      ['annotations', isEmpty(annotations) ? undefined : goMap(annotations, goString)],
      ['labels', isEmpty(labels) ? undefined : goMap(labels, goString)],
    ]),
  );
}

// The fields stand in the order of the Go structs, which the digest depends on.

function kustomizeJson({ patches = [], images = [] }: Kustomize): string {
  return goStruct([
    ['patches', patches.length > 0 ? goArray(patches, patchJson) : undefined],
    ['images', images.length > 0 ? goArray(images, imageJson) : undefined],
  ]);
}

function patchJson({ patch, target }: Patch): string {
  const targetJson = target && goStruct(SELECTOR.map((field) => [field, optional(target[field])]));
  return goStruct([
    ['patch', goString(patch)],
    ['target', targetJson],
  ]);
}

const SELECTOR = [
  'group',
  'version',
  'kind',
  'namespace',
  'name',
  'annotationSelector',
  'labelSelector',
] as const;

function imageJson({ name, newName, newTag, digest }: Image): string {
  return goStruct([
    ['name', goString(name)],
    ['newName', optional(newName)],
    ['newTag', optional(newTag)],
    ['digest', optional(digest)],
  ]);
}

/** Go's `omitempty`. */
function optional(text: string | undefined): string | undefined {
  return text ? goString(text) : undefined;
}

function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0;
}

// Go's encoder ends what it writes with a line break.
function digestOf(json: string): string {
  return `sha256:${createHash('sha256').update(`${json}\n`).digest('hex')}`;
}
