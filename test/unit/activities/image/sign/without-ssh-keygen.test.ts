import { expect, it, vi } from 'vitest';
import { commitSigner } from '../../../../../activities/image/sign/commit-signer.ts';

// A machine without OpenSSH.
vi.mock(import('../../../../../activities/process/find-program.ts'), () => ({
  findProgram: () => undefined,
}));

it('a worker without ssh-keygen says what to install', async () => {
  const key = { type: 'ssh', secretName: 'signing', data: { identity: Buffer.from('x') } } as const;
  const options = { scratch: '/nowhere', signal: new AbortController().signal };

  await expect(commitSigner(key, options)).rejects.toMatchObject({
    type: 'SourceManagerFailed',
    message: expect.stringContaining('install OpenSSH'),
  });
});
