import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import type { SecretData } from '../../fetch/git-credentials.ts';
import { commitSigner } from '../sign/commit-signer.ts';
import type { SigningOptions } from '../sign/contract.ts';
import { withSignature } from './commit-object.ts';

export type ReadSecret = (namespace: string, name: string) => Promise<SecretData | undefined>;

/**
 * What signs the commits of an automation: bytes of a commit in, the same with a signature out; as they are where
 * `spec.git.commit.signingKey` is absent. Throws SourceManagerFailed.
 */
export async function signingOf(
  { metadata, spec }: ImageUpdateAutomation,
  readSecret: ReadSecret,
  options: SigningOptions,
): Promise<(commit: Buffer) => Promise<Buffer>> {
  const key = spec.git?.commit.signingKey;
  if (key === undefined) return async (commit) => commit;
  const secretName = key.secretRef.name;
  const data = await readSecret(metadata.namespace, secretName);
  if (data === undefined) {
    throw failed(
      Reason.SourceManagerFailed,
      `failed configuring source manager: could not find signing key secret '${secretName}': create it in the namespace '${metadata.namespace}'`,
    );
  }
  const sign = await commitSigner({ type: key.type, secretName, data }, options);
  return async (commit) => withSignature(commit, await sign(commit));
}
