import { parseRelease } from '../../../../../activities/helm/storage/parse-release.ts';
import type { Release } from '../../../../../activities/helm/storage/release.ts';

/** A release by the text of its record. */
export function parsed(record: string): Release {
  const place = { namespace: 'prod', uid: 'uid', resourceVersion: '1', status: '', isOurs: false };
  return parseRelease(record, { ...place, name: 'sh.helm.release.v1.app.v1', version: 1 });
}
