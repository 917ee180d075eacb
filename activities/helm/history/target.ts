import { createHash } from 'node:crypto';
import type { HelmRelease } from '../../../api/helm-release.ts';
import { latest } from './snapshots.ts';

/** Pure: which release of helm a HelmRelease is about. */

type Wanted = Pick<HelmRelease, 'metadata' | 'spec'>;

const LONGEST = 53;
const HASH = 12;

/** The name that helm knows the release by. */
export function releaseName({ metadata, spec }: Wanted): string {
  const { releaseName: name, targetNamespace } = spec;
  return shortened(name || (targetNamespace ? `${targetNamespace}-${metadata.name}` : metadata.name));
}

/** Helm takes no longer names: the end makes room for the start of the SHA-256 of the whole. */
function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH);
  return `${name.slice(0, LONGEST - HASH - 1)}-${hash}`;
}

export function releaseNamespace({ metadata, spec }: Wanted): string {
  return spec.targetNamespace || (metadata.namespace ?? '');
}

export function storageNamespace({ metadata, spec }: Wanted): string {
  return spec.storageNamespace || (metadata.namespace ?? '');
}

/** A release by its address, as {@link releaseName} and its neighbours find it. */
interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly storageNamespace: string;
}

/**
 * What tells that the release which was made is another than the one that is wanted, so that the old one has to go;
 * undefined when it is the same. In the words of helm-controller's `ReleaseTargetChanged`.
 */
export function releaseTargetChanged(
  status: HelmRelease['status'],
  wanted: Place,
  chartName: string,
): string | undefined {
  const made = latest(status?.history ?? []);
  if (!status?.storageNamespace || made === undefined) return undefined;
  if (wanted.storageNamespace !== status.storageNamespace) return 'storage namespace';
  if (wanted.namespace !== made.namespace) return 'release namespace';
  if (wanted.name !== made.name) return 'release name';
  return chartName === made.chartName ? undefined : 'chart name';
}
