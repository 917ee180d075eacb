import type { ImagePolicy, ImagePolicyStatus } from '../../api/image-policy.ts';
import { describeImage, isSameRef, type Refs, refsAfter } from '../image/policy/choose.ts';
import type { SelectedImage } from '../image/policy/steps.ts';
import { readySucceeded } from './ready-status.ts';

/** Pure: what the status of an ImagePolicy becomes once it chose. When it fails, the last choice stays. */
export function selectedStatus(object: ImagePolicy, selected: SelectedImage, now: Date): ImagePolicyStatus {
  // Of the status as it is now: of a step that is done twice the second changes nothing.
  const refs = refsAfter(object.status, selected.latestRef);
  const { observedPreviousRef: _before, ...status } = readySucceeded<ImagePolicyStatus>(
    object,
    selectedMessage(refs),
    now,
  );
  return {
    ...status,
    latestRef: refs.latestRef,
    ...(refs.previousRef && { observedPreviousRef: refs.previousRef }),
    observedScanRevision: selected.scanRevision,
  };
}

/** What Ready says of a choice, in Flux's words. */
function selectedMessage({ latestRef, previousRef }: Refs): string {
  const { name, tag, digest } = latestRef;
  const withDigest = digest ? ` with digest ${digest}` : '';
  const isOther = previousRef !== undefined && !isSameRef(previousRef, latestRef);
  const before = isOther ? ` (previously ${describeImage(previousRef)})` : '';
  return `Latest image tag for ${name} resolved to ${tag}${withDigest}${before}`;
}
