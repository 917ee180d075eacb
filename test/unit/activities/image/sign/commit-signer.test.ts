import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, generateKey, readKey, readSignature, verify } from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitSigner } from '../../../../../activities/image/sign/commit-signer.ts';
import type { SigningKey } from '../../../../../activities/image/sign/contract.ts';
import { findProgram } from '../../../../../activities/process/find-program.ts';

const PASSPHRASE = 'CANARY-pass phrase "$(x)';
const PAYLOAD = Buffer.from(
  'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b.c> 1700000000 +0000\ncommitter A <a@b.c> 1700000000 +0000\n\nupdate äöü\n',
);

const home = mkdtempSync(join(tmpdir(), 'pawl-sign-'));
const scratch = join(home, 'scratch');
const signal = new AbortController().signal;

afterAll(() => rmSync(home, { recursive: true, force: true }));

function signerOf(type: SigningKey['type'], data: Record<string, string>) {
  const buffers = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  return commitSigner({ type, secretName: 'signing', data: buffers }, { scratch, signal });
}

async function failureOf(promise: Promise<unknown>): Promise<{ type?: string; message: string }> {
  return await promise.then(
    () => ({ message: 'nothing failed' }),
    (error: Error) => ({ ...(error as object), message: error.message }),
  );
}

/** Writes the commit with its signature into a repository and has git verify it. */
function verifyCommit(
  signature: string,
  config: readonly string[],
  env: Record<string, string> = {},
): string {
  const repository = mkdtempSync(join(home, 'repository-'));
  const git = (args: readonly string[], input?: string) =>
    execFileSync('git', ['-C', repository, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, HOME: home, LC_ALL: 'C', ...env },
    }).trim();
  git(['init', '--quiet', '--bare']);
  git(['mktree'], '');
  const [header, message] = PAYLOAD.toString().split('\n\n');
  const object = `${header}\ngpgsig ${signature.replaceAll('\n', '\n ')}\n\n${message}`;
  const commit = git(['hash-object', '-t', 'commit', '-w', '--stdin'], object);
  return git([...config.flatMap((setting) => ['-c', setting]), 'verify-commit', '--raw', commit]);
}

describe('a commit signed with an OpenPGP key', () => {
  const userIDs = [{ name: 'Pawl', email: 'pawl@example.com' }];
  let plain: { privateKey: string; publicKey: string };
  let locked: { privateKey: string; publicKey: string };
  beforeAll(async () => {
    plain = await generateKey({ userIDs });
    locked = await generateKey({ userIDs, passphrase: PASSPHRASE });
  });

  it.each([
    ['a plain key', () => ({ data: { 'git.asc': plain.privateKey }, by: plain.publicKey })],
    [
      'a key pair, the public one first',
      () => ({ data: { 'git.asc': `${plain.publicKey}\n${plain.privateKey}` }, by: plain.publicKey }),
    ],
    [
      'a key behind a passphrase',
      () => ({ data: { 'git.asc': locked.privateKey, passphrase: PASSPHRASE }, by: locked.publicKey }),
    ],
  ])('holds by %s', async (_name, make) => {
    const { data, by } = make();
    const sign = await signerOf(undefined, data);

    const signature = await sign(PAYLOAD);

    expect(signature).toMatch(/^-----BEGIN PGP SIGNATURE-----\n[^\r]*-----END PGP SIGNATURE-----$/);
    const verification = await verify({
      message: await createMessage({ binary: PAYLOAD }),
      signature: await readSignature({ armoredSignature: signature }),
      verificationKeys: await readKey({ armoredKey: by }),
    });
    await expect(verification.signatures[0]?.verified).resolves.toBe(true);
  });

  it.skipIf(!findProgram('gpg')).each([
    ['an elliptic curve', { type: 'ecc' as const }],
    ['RSA', { type: 'rsa' as const, rsaBits: 2048 }],
  ])('is good for git with gpg, by a key of %s', async (_name, kind) => {
    const { privateKey, publicKey } = await generateKey({ userIDs, ...kind });
    const gnupg = mkdtempSync(join(home, 'g-'));
    chmodSync(gnupg, 0o700);
    execFileSync('gpg', ['--homedir', gnupg, '--batch', '--import'], { input: publicKey, stdio: 'pipe' });
    const sign = await signerOf('gpg', { 'git.asc': privateKey });

    expect(() =>
      verifyCommit('-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----', [], { GNUPGHOME: gnupg }),
    ).toThrow('verify-commit');
    expect(verifyCommit(await sign(PAYLOAD), [], { GNUPGHOME: gnupg })).toBe('');
  });

  it.skipIf(!findProgram('gpg'))(
    'is made with a subkey that gpg exported without its primary key',
    async () => {
      const { privateKey } = await generateKey({ userIDs, subkeys: [{ sign: true }], passphrase: 'abcdef' });
      const gnupg = mkdtempSync(join(home, 'g-'));
      chmodSync(gnupg, 0o700);
      const quiet = ['--homedir', gnupg, '--batch', '--pinentry-mode', 'loopback', '--passphrase', 'abcdef'];
      const gpg = (args: readonly string[], input?: string) =>
        execFileSync('gpg', [...quiet, ...args], { input, encoding: 'utf8', stdio: 'pipe' });
      gpg(['--import'], privateKey);
      const subkey = gpg(['--armor', '--export-secret-subkeys']);

      const sign = await signerOf('gpg', { 'git.asc': subkey, passphrase: 'abcdef' });

      expect(verifyCommit(await sign(PAYLOAD), [], { GNUPGHOME: gnupg })).toBe('');
      execFileSync('gpgconf', ['--homedir', gnupg, '--kill', 'all']);
    },
  );

  it.each([
    ['no key', () => ({}), "signing key secret 'signing' does not contain a 'git.asc' key"],
    [
      'a locked key without its passphrase',
      () => ({ 'git.asc': locked.privateKey }),
      "can not use passphrase protected signing key without 'passphrase' field present in secret signing",
    ],
    [
      'a wrong passphrase',
      () => ({ 'git.asc': locked.privateKey, passphrase: 'CANARY-wrong' }),
      'could not decrypt private key of the signing key present in secret signing: ',
    ],
    [
      'a public key',
      () => ({ 'git.asc': plain.publicKey }),
      "could not read signing key from secret 'signing': ",
    ],
    [
      'a broken key',
      () => ({ 'git.asc': plain.privateKey.replace(/[A-Z]{2}/g, '') }),
      "could not read signing key from secret 'signing': ",
    ],
  ])('is not made with %s', async (_name, make, words) => {
    const failure = await failureOf(signerOf('gpg', make() as Record<string, string>));

    expect(failure).toMatchObject({ type: 'SourceManagerFailed' });
    expect(failure.message).toContain(`failed configuring source manager: ${words}`);
    expect(JSON.stringify(failure)).not.toMatch(/CANARY|BEGIN PGP/);
  });

  it.skipIf(!findProgram('gpg'))('is not made with a curve that cannot be used', async () => {
    const gnupg = mkdtempSync(join(home, 'g-'));
    chmodSync(gnupg, 0o700);
    const gpg = (...args: readonly string[]) =>
      execFileSync('gpg', ['--homedir', gnupg, '--batch', '--passphrase', '', ...args], { stdio: 'pipe' });
    gpg('--quick-generate-key', 'bot@example.com', 'brainpoolP256r1', 'sign');

    const failure = await failureOf(
      signerOf('gpg', { 'git.asc': gpg('--armor', '--export-secret-keys').toString() }),
    );

    expect(failure.message).toMatch(/cannot sign: its curve is not supported; use Ed25519, .* or RSA$/);
    execFileSync('gpgconf', ['--homedir', gnupg, '--kill', 'all']);
  });

  it('is not made with an expired key', async () => {
    const past = new Date(Date.now() - 86_400_000);
    const { privateKey } = await generateKey({ userIDs, date: past, keyExpirationTime: 60 });

    expect((await failureOf(signerOf('gpg', { 'git.asc': privateKey }))).message).toMatch(
      /cannot sign: .*expired/,
    );
  });

  it('is not made when the block holds several keys', async () => {
    const { readPrivateKeys, armor, enums } = await import('openpgp');
    const other = await generateKey({ userIDs });
    const keys = await Promise.all(
      [plain, other].map(({ privateKey }) => readPrivateKeys({ armoredKeys: privateKey })),
    );
    const bytes = Buffer.concat(keys.flat().map((key) => Buffer.from(key.toPacketList().write())));
    const both = armor(enums.armor.privateKey, bytes) as string;

    expect((await failureOf(signerOf('gpg', { 'git.asc': both }))).message).toContain(
      "multiple entities read from secret 'signing', could not determine which signing key to use",
    );
  });
});

describe.skipIf(!findProgram('ssh-keygen'))('a commit signed with an SSH key', () => {
  function makeKey(...args: readonly string[]): { identity: string; publicKey: string } {
    const file = join(mkdtempSync(join(home, 'ssh-')), 'key');
    execFileSync('ssh-keygen', ['-q', '-C', 'pawl', '-f', file, ...args]);
    return { identity: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8') };
  }

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['ecdsa', ['-t', 'ecdsa', '-b', '384']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['rsa as PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ])('is good for git by a key of %s, with and without a passphrase', async (_name, args) => {
    for (const password of ['', PASSPHRASE]) {
      const { identity, publicKey } = makeKey(...args, '-N', password);
      const signers = join(home, 'signers');
      writeFileSync(signers, `a@b.c namespaces="git" ${publicKey}`);
      const sign = await signerOf('ssh', { identity, ...(password && { password }) });

      const signature = await sign(PAYLOAD);

      expect(signature).toMatch(/^-----BEGIN SSH SIGNATURE-----\n[^\r]*-----END SSH SIGNATURE-----$/);
      const config = ['gpg.format=ssh', `gpg.ssh.allowedSignersFile=${signers}`];
      expect(verifyCommit(signature, config)).toBe('');
      writeFileSync(signers, `a@b.c ${makeKey('-t', 'ed25519', '-N', '').publicKey}`);
      expect(() => verifyCommit(signature, config)).toThrow('verify-commit');
      expect(existsSync(scratch) && readdirSync(scratch)).toEqual([]);
    }
  });

  it('is made with a key whose last line break was lost', async () => {
    const { identity } = makeKey('-t', 'ed25519', '-N', '');

    const sign = await signerOf('ssh', { identity: identity.trimEnd() });

    expect(await sign(PAYLOAD)).toContain('SSH SIGNATURE');
  });

  it.each([
    ['no key', () => ({}), "signing key secret 'signing' does not contain an 'identity' key"],
    [
      'a locked key without its passphrase',
      () => ({ identity: makeKey('-t', 'ed25519', '-N', PASSPHRASE).identity }),
      "can not use passphrase protected signing key without 'password' field present in secret signing",
    ],
    [
      'a wrong passphrase',
      () => ({ identity: makeKey('-t', 'ed25519', '-N', PASSPHRASE).identity, password: 'CANARY-wrong' }),
      "could not parse SSH signing key from secret 'signing': incorrect passphrase",
    ],
    [
      'no key at all',
      () => ({ identity: 'CANARY' }),
      "could not parse SSH signing key from secret 'signing': ",
    ],
    [
      'RSA of 1024 bits',
      () => ({ identity: makeKey('-t', 'rsa', '-b', '1024', '-N', '').identity }),
      "could not parse SSH signing key from secret 'signing': RSA key size 1024 bits",
    ],
  ])('is not made with %s', async (_name, make, words) => {
    const failure = await failureOf(signerOf('ssh', make() as Record<string, string>));

    expect(failure).toMatchObject({ type: 'SourceManagerFailed' });
    expect(failure.message).toContain(`failed configuring source manager: ${words}`);
    expect(JSON.stringify(failure)).not.toMatch(/CANARY|BEGIN OPENSSH/);
    expect(failure.message).not.toContain(home);
    expect(existsSync(scratch) ? readdirSync(scratch) : []).toEqual([]);
  });
});
