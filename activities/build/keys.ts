import type { BuildInput } from './build.ts';
import { canonicalDigest } from './canonical.ts';

const FIELDS = [
  'path',
  'components',
  'ignoreMissingComponents',
  'namePrefix',
  'nameSuffix',
  'patches',
  'images',
  'buildMetadata',
] as const;

/** What the files of a path, with the spec merged in, depend on. */
export function sourceKey({ artifactDigest, kustomization: { spec } }: BuildInput): string {
  return canonicalDigest([artifactDigest, ...FIELDS.map((field) => spec[field])]);
}

/** What kustomize's output depends on. */
export function compiledKey(input: BuildInput): string {
  return `${sourceKey(input)} ${input.kustomization.spec.targetNamespace ?? ''}`;
}

/** What the finished set depends on. Variables may be secret: the key has their digest only. */
export function builtKey(input: BuildInput): string {
  const { postBuild, commonMetadata } = input.kustomization.spec;
  const strategy = postBuild && (postBuild.substituteStrategy ?? 'WithVariables');
  return canonicalDigest([compiledKey(input), commonMetadata, strategy, input.variables ?? {}]);
}
