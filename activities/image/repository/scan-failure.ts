import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import { asHttpError, HttpError, type HttpProblem } from '../../fetch/http/error.ts';
import type { RegistryAccess } from '../../fetch/oci/contract.ts';
import type { ImageName } from './canonical-name.ts';

const LONGEST_REST_MS = 60_000;

/**
 * What a failed question to the registry of an image means, with what to do about it; other errors pass through.
 * `doing` says what was not done.
 */
export function scanFailure(
  thrown: unknown,
  image: ImageName,
  access: RegistryAccess,
  doing = `scan failed: ${image.canonical}`,
): unknown {
  const error = asHttpError(thrown);
  if (!(error instanceof HttpError)) return error;
  const advice = adviceOf(error, image, access);
  const message = `${doing}: ${error.message}${advice && `; ${advice}`}`;
  const { retryAfterMs } = error;
  // An hour of rest is no reason for a run to stay open, deaf to a better spec.
  if (!error.mayPass || (retryAfterMs ?? 0) > LONGEST_REST_MS) {
    return failed(Reason.ReadOperationFailed, message);
  }
  return transient(Reason.ReadOperationFailed, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function adviceOf(error: HttpError, { host }: ImageName, { basic }: RegistryAccess): string {
  if (error.isRefused) {
    // Registries say the same of an image that does not exist.
    return basic === undefined
      ? `no credentials were shown: name a docker config with an entry for ${host} in spec.secretRef, or correct spec.image`
      : `see whether the credentials for ${host} are right and may pull the image`;
  }
  if (error.status === 404) return 'there is no such image: push it, or correct spec.image';
  if (error.status === 429) return `all objects of ${host} wait with it`;
  if (error.isNoTls) return 'if the registry speaks plain http, set spec.insecure';
  return ADVICE[error.problem] ?? '';
}

const ADVICE: Partial<Readonly<Record<HttpProblem, string>>> = {
  timeout: 'see whether the registry is well, or raise spec.timeout',
  network: 'see whether spec.image is right and the registry is up',
  address: 'see whether spec.image is right',
  redirect: 'see whether spec.image is right',
  content: 'see whether a registry answers there',
  size: 'see whether a registry answers there',
};
