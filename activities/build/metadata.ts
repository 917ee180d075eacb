import type { KubeObject } from '../../api/kube-object.ts';

export interface CommonMetadata {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The object with labels and annotations over its own; selectors and templates stay (fluxcd/pkg ssa, SetCommonMetadata). */
export function withCommonMetadata(object: KubeObject, common: CommonMetadata): KubeObject {
  const labels = { ...object.metadata.labels, ...common.labels };
  const annotations = { ...object.metadata.annotations, ...common.annotations };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  };
}
