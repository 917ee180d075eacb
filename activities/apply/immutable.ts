import { KubeError } from '../kube/errors.ts';

// As kube-apiserver 1.36 words it; CEL rules and admission webhooks mostly say "immutable".
const IMMUTABLE = [
  /\bimmutable\b/i,
  /may not change once set/,
  /may not be changed in an update/,
  /cannot change roleRef/,
  /updates to .*forbidden/,
  /updates may not change fields other than/,
];

/**
 * Whether a change is refused only because the field may never change, so that an object created anew would be
 * accepted. (Flux takes every Invalid and Conflict for that, and deletes objects over plain mistakes.)
 */
export function isImmutable(error: unknown): boolean {
  if (!(error instanceof KubeError) || error.status === 409) return false;
  const texts = error.causes.length > 0 ? error.causes.map((cause) => cause.message ?? '') : [error.message];
  return texts.every((text) => IMMUTABLE.some((pattern) => pattern.test(text)));
}
