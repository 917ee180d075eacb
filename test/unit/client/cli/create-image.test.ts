import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { imagePolicyManifest } from '../../../../client/cli/create-image-policy.ts';
import { imageRepositoryManifest } from '../../../../client/cli/create-image-repository.ts';
import { pawlHere } from '../../../support/pawl-here.ts';
import { FLUX, openTranscripts, runFlux, type Transcript } from '../../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project unit test/unit/client/cli/create-image.test.ts
const transcripts = openTranscripts(join(import.meta.dirname, 'create-image-transcripts.json'));
afterAll(() => transcripts.save());

async function run(args: readonly string[]): Promise<Transcript> {
  const line = ['create', 'image', ...args, '--export'];
  return FLUX ? runFlux(FLUX, line) : pawlHere(line);
}

const author = ['--author-name=pawl', '--author-email=pawl@example.com'];
const update = ['update', 'web', '--git-repo-ref=web', '--checkout-branch=main', ...author];
const policy = ['policy', 'web', '--image-ref=web'];
const numeric = [...policy, '--select-numeric=asc'];
const build = [...numeric, '--filter-regex=^main-[a-f0-9]+-(?P<ts>[0-9]+)'];

const LINES: readonly (readonly string[])[] = [
  ['repository', 'web', '--image=ghcr.io/example/web'],
  ['repository', 'web', '--image=web', '--interval=90s', '-n', 'apps'],
  ['repository', 'web', '--image=localhost:5000/web', '--secret-ref=login', '--cert-ref=tls'],
  ['repository', 'web', '--image=localhost/w/e_b', '--scan-timeout=30s', '--label=a=b,c=yes'],
  ['repository', 'web', '--image=[::1]:5000/web', '--scan-timeout=0'],
  ['repository', 'web', '--image=web', '--label=a=b', '--label=c=d'],
  ['repository', 'web', '--image=web', '--label=a'],
  ['repository', 'web'],
  ['repository', 'Web_1', '--image=web'],
  ['repository', 'web', '--image=example/Web'],
  ['repository', 'web', '--image=example.com/web:1.0'],
  ['repository', 'web', '--image=example.com/web@sha256:1'],
  ['repository', 'web', '--image=localhost:5000'],
  ['repository', 'web', '--image=example.com/w'],
  ['repository', 'web', `--image=${'w'.repeat(256)}`],
  ['repository', 'web', '--image=a b.com/web'],
  ['repository', 'web', '--image=a.com:x/web'],
  ['repository', 'web', '--image=user@a.com/web'],
  [...policy, '--select-semver=>=1.0.0 <2.0.0'],
  [...policy, '--select-semver=1.x', '--reflect-digest=IfNotPresent', '--label=team=web'],
  [...policy, '--select-alpha=desc', '-n', 'apps'],
  [...numeric, '--reflect-digest=Always', '--interval=5m'],
  [...numeric, '--reflect-digest=Never', '--interval=0'],
  build,
  [...build, '--filter-extract=$ts'],
  [...build, '--filter-extract=${ts}x$$'],
  [...build, '--filter-extract=plain'],
  [...build, '--filter-extract=$12$0'],
  [...build, '--filter-extract=$$$ts'],
  [...build, '--filter-extract=$01'],
  [...build, '--filter-extract=$1234567890'],
  [...build, '--filter-extract=$tsx'],
  [...build, '--filter-extract=${ts'],
  [...build, '--filter-extract=$'],
  [...build, '--filter-extract=$-'],
  [...build, '--filter-extract=$äö'],
  [...numeric, '--filter-extract=$ts'],
  [...numeric, '--filter-regex=('],
  [...numeric, '--filter-regex=(?=x)'],
  ['policy', 'web', '--select-semver=1.x'],
  policy,
  [...policy, '--select-alpha=up'],
  [...policy, '--select-numeric=up'],
  [...numeric, '--select-alpha=asc'],
  [...numeric, '--reflect-digest=Sometimes'],
  [...numeric, '--interval=5m'],
  [...numeric, '--interval=5m', '--reflect-digest=Never'],
  update,
  [...update, '--interval=30m', '--git-repo-namespace=flux-system', '-n', 'apps', '--label=a=1'],
  [...update, '--git-repo-path=./clusters/home', '--push-branch=images'],
  [...update, '--commit-template={{range .Changed.Changes}}{{println .OldValue}}{{end}}'],
  [...update, '--commit-template=Automated: update\n\nby pawl # not a comment\n'],
  [...update, '--signing-key-secret=key'],
  [...update, '--signing-key-secret=key', '--signing-key-type=ssh'],
  [...update, '--signing-key-type=ssh'],
  [...update, '--signing-key-secret=key', '--signing-key-type=x509'],
  ['update', 'web', '--checkout-branch=main', ...author],
  ['update', 'web', '--git-repo-ref=web', ...author],
  ['update', 'web', '--git-repo-ref=web', '--checkout-branch=main', '--author-email=a@b'],
  ['update', 'web', '--git-repo-ref=web', '--checkout-branch=main', '--author-name=a'],
];

describe('create image prints and refuses what flux does', () => {
  it.each(LINES.map((args) => ({ args, line: args.join(' ') })))('$line', async ({ args, line }) => {
    const transcript = await run(args);

    expect([transcript]).toEqual(transcripts.expected(line, [transcript]));
  });
});

describe('create image refuses what flux lets pass', () => {
  const at = { name: 'web', namespace: 'apps' };

  // There the policy is left empty, and no tag is ever chosen.
  it.each([{ selectAlpha: 'asc' }, { selectNumeric: 'asc' }])('a range together with %j', (other) => {
    const options = { imageRef: 'web', selectSemver: '1.x', ...other };

    expect(() => imagePolicyManifest(at, options)).toThrow('only one of --select-semver');
  });

  it('a scheme, which no registry would be found by', () => {
    const options = { interval: '1m', image: 'https://ghcr.io/web' };

    expect(() => imageRepositoryManifest(at, options)).toThrow('registries must be valid RFC 3986 URI');
  });
});
