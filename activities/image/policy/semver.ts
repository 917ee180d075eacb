import { type Constraint, latestMatching, readConstraint } from '../../../api/formats/semver.ts';
import { Reason } from '../../../api/reasons.ts';
import { stalled } from '../../failures.ts';

/** Reads the range of a policy. Throws stalled InvalidPolicy when it is none. */
export function compileRange(range: string): Constraint {
  const constraint = readConstraint(range);
  if (typeof constraint !== 'string') return constraint;
  throw stalled(
    Reason.InvalidPolicy,
    `invalid policy: ${constraint}; write spec.policy.semver.range as >=1.0.0 <2.0.0 for example`,
  );
}

/**
 * The text with the highest version in the range, undefined when there is none. Only texts with three parts are
 * versions; of equal ones, such as `v1.0.0` and `1.0.0`, the last of the alphabet is taken.
 */
export function latestSemver(texts: readonly string[], range: Constraint): string | undefined {
  return latestMatching(texts, range);
}
