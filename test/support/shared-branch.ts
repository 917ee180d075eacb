import type { UpdateResult } from '../../activities/image/update/update-branch.ts';
import { createGitFixture, type GitFixture, type TestRepository } from './git-fixture.ts';
import { update, type Wanted } from './image-updates.ts';

/** A repository with the files a, b and c, and an automation of that name for each, with one push branch: auto. */
export class SharedBranch implements AsyncDisposable {
  readonly fixture: GitFixture;
  readonly repository: TestRepository;
  /** What each automation's policy has chosen. */
  chosen: Readonly<Record<string, string>> = { a: '2', b: '2', c: '2' };
  /** Who was asked to make its commit again, in that order. */
  readonly asked: string[] = [];
  head = '';
  #files: Readonly<Record<string, string>>;

  private constructor(fixture: GitFixture, repository: TestRepository) {
    this.fixture = fixture;
    this.repository = repository;
    this.#files = Object.fromEntries(NAMES.map((name) => [`${name}.yaml`, marked(name, '1')]));
  }

  static async create(): Promise<SharedBranch> {
    const fixture = await createGitFixture();
    const shared = new SharedBranch(fixture, await fixture.repository());
    await shared.moveHead({});
    return shared;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fixture[Symbol.asyncDispose]();
  }

  /** A run of the automation of that name, by a worker with the data directory of the fixture. */
  async run(name: string, wanted: Wanted = {}, fixture = this.fixture): Promise<UpdateResult> {
    const tag = this.chosen[name] ?? '';
    return await update(fixture, this.repository, {
      git: { push: { branch: 'auto' } },
      id: `${name} ${tag}`,
      metadata: { name, uid: `uid of ${name}` },
      ...wanted,
      request: {
        images: new Map([[`apps:${name}`, { name, tag }]]),
        onDropped: async (others) => void this.asked.push(...others.map((other) => other.name)),
        ...wanted.request,
      },
    });
  }

  async runAll(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.run(name);
  }

  /** Runs of those that were asked, and of whom they ask. */
  async runAsked(): Promise<void> {
    for (let name = this.asked.shift(); name; name = this.asked.shift()) await this.run(name);
  }

  /** Somebody commits to the checkout. */
  async moveHead(files: Readonly<Record<string, string>> = { notes: `${this.head}\n` }): Promise<void> {
    this.#files = { ...this.#files, ...files };
    this.head = await this.repository.commit(this.#files);
  }

  tip(branch = 'auto'): Promise<string> {
    return this.repository.git('rev-parse', `refs/heads/${branch}`);
  }

  /** The commits above the checkout, oldest first, by the automations that made them. */
  async makers(): Promise<readonly string[]> {
    const format = '--format=%(trailers:key=Automation,valueonly)';
    const log = await this.repository.git('log', '--reverse', format, `${this.head}..refs/heads/auto`);
    return log.split('\n').flatMap((line) => /^apps\/(\S+)/.exec(line)?.[1] ?? []);
  }

  /** The tags of a, b and c on a branch, one after the other. */
  async tags(branch = 'auto'): Promise<string> {
    const show = (name: string) => this.repository.git('show', `refs/heads/${branch}:${name}.yaml`);
    return (await Promise.all(NAMES.map(show))).map((text) => /:(\d+) /.exec(text)?.[1]).join('');
  }
}

const NAMES = ['a', 'b', 'c'];

/** A line that the policy of that name sets. */
export function marked(name: string, tag: string): string {
  return `image: ${name}:${tag} # {"$imagepolicy": "apps:${name}"}\n`;
}
