import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitFixture, type GitFixture, type TestRepository } from '../../../../support/git-fixture.ts';
import { commitsOn, manifest, update } from '../../../../support/image-updates.ts';

let fixture: GitFixture;
let repository: TestRepository;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
});
afterEach(async () => fixture[Symbol.asyncDispose]());

describe('an update of the branch that is checked out', () => {
  it('is one commit on top of it, and the next finds nothing to do', async () => {
    const base = await repository.commit({ 'a/app.yaml': manifest('1'), 'other.yaml': 'x: 1\n' });
    const result = await update(fixture, repository);
    const head = await repository.git('rev-parse', 'refs/heads/main');
    expect(result).toMatchObject({
      revision: `main@sha1:${base}`,
      switched: false,
      branch: 'main',
      upToDate: false,
      files: 1,
      changes: 1,
      pushed: { commit: head, revision: `main@sha1:${head}`, isAdopted: false, at: '2030-01-02T03:04:05Z' },
    });
    expect(await repository.git('show', `${head}:a/app.yaml`)).toBe(manifest('2').trim());
    expect(await repository.git('log', '-1', '--format=%an <%ae> %cn <%ce> %P', 'refs/heads/main')).toBe(
      `Bot <bot@example.com> Bot <bot@example.com> ${base}`,
    );
    expect(await update(fixture, repository, { status: { lastPushCommit: head } })).toMatchObject({
      upToDate: true,
    });
    expect(await commitsOn(repository)).toBe(2);
  });
});
