import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';

/** The failure of a signing key that cannot be used; `problem` names the Secret and the key in it. */
export function keyFailure(problem: string): Error {
  return failed(Reason.SourceManagerFailed, `failed configuring source manager: ${problem}`);
}
