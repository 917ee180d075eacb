import {
  createImageUpdater,
  type ImageUpdaterOptions,
  type UpdateRequest,
} from '../../activities/image/update/create-image-updater.ts';
import type { UpdateResult } from '../../activities/image/update/update-branch.ts';
import type { ImageRef } from '../../api/image-policy.ts';
import { type ImageUpdateAutomation, imageUpdateAutomation } from '../../api/image-update-automation.ts';
import { ANY_TIME, type GitFixture, gitRepositoryObject, type TestRepository } from './git-fixture.ts';

const AUTHOR = { name: 'Bot', email: 'bot@example.com' };

const MARK = '# {"$imagepolicy": "apps:app"}';

/** A Deployment's line with an image that the policy `app` sets. */
function marked(tag: string): string {
  return `image: registry.test/app:${tag} ${MARK}\n`;
}

/** A manifest around {@link marked}, with odd formatting that has to stay. */
export function manifest(tag: string): string {
  return `# one\napiVersion:   v1\nkind: "Pod"\n\nspec:\n    containers: [ ]\n    ${marked(tag)}    other: 'x'   # two\n`;
}

const CHOSEN: ImageRef = { name: 'registry.test/app', tag: '2' };

export interface Wanted {
  /** Beside the author; null is a spec without it. */
  readonly git?: Record<string, unknown> | null;
  readonly path?: string;
  readonly status?: Record<string, unknown>;
  /** Of the GitRepository. */
  readonly source?: Record<string, unknown>;
  readonly image?: ImageRef;
  readonly id?: string;
  /** Another automation than the one that all tests have. */
  readonly metadata?: { readonly name: string; readonly namespace?: string; readonly uid: string };
  readonly options?: Partial<ImageUpdaterOptions>;
  readonly request?: Partial<UpdateRequest>;
}

/** One update of a repository as a worker would do it; each call is another worker with the same data directory. */
export async function update(
  fixture: GitFixture,
  repository: Pick<TestRepository, 'url'>,
  wanted: Wanted = {},
): Promise<UpdateResult> {
  return await updaterOf(fixture, wanted.options).update({
    automation: automationObject(wanted),
    source: gitRepositoryObject({ url: repository.url, ...wanted.source }),
    images: new Map([['apps:app', wanted.image ?? CHOSEN]]),
    reconcileId: wanted.id ?? 'id-of-this',
    ...ANY_TIME,
    ...wanted.request,
  });
}

function updaterOf(fixture: GitFixture, options: Partial<ImageUpdaterOptions> = {}) {
  return createImageUpdater({
    remotes: fixture.remotes,
    dataDir: fixture.dataDir,
    readSecret: async (namespace, name) => fixture.secrets.get(`${namespace}/${name}`),
    assertMayWrite: () => undefined,
    now: () => new Date('2030-01-02T03:04:05Z'),
    ...options,
  });
}

function automationObject({ git, path, status, metadata }: Wanted): ImageUpdateAutomation {
  return imageUpdateAutomation.parse({
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageUpdateAutomation',
    metadata: { name: 'auto', namespace: 'apps', uid: 'u', resourceVersion: '1', generation: 1, ...metadata },
    spec: {
      interval: '1m',
      sourceRef: { kind: 'GitRepository', name: 'app' },
      ...(git !== null && { git: { commit: { author: AUTHOR }, ...git } }),
      update: { strategy: 'Setters', ...(path !== undefined && { path }) },
    },
    ...(status && { status }),
  });
}

/** How many commits a branch of the server has. */
export async function commitsOn(repository: TestRepository, branch = 'main'): Promise<number> {
  return Number(await repository.git('rev-list', '--count', `refs/heads/${branch}`));
}
