import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCliStage } from '../../support/cli-stage.ts';
import { imageObjects } from '../../support/image-objects.ts';
import { pawlHere } from '../../support/pawl-here.ts';
import { type Transcript } from '../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project e2e test/e2e/cli/images.test.ts
const { transcripts, home, run } = useCliStage(
  join(import.meta.dirname, 'image-transcripts.json'),
  imageObjects,
);

describe('shows of the image kinds what flux shows', () => {
  it.each([
    'get images repository -A',
    'get image repository web -n images',
    'get images policy -A',
    'get image policy nope -n images',
    'get images update -n images',
    'get image update -n nope',
    'get images all -n nope',
    'get images all -n images --watch',
    'get images policy -A --status-selector ready=false',
    'get images repository -n images -l team=web --no-header',
    'get images update -n images --watch --timeout 2s',
    'get all -A',
    'export image repository --all -n images',
    'export image policy --all -n images',
    'export image policy nope -n images',
    'export image update --all -n images',
    'export image update --all -n nope',
    'tree ks all -n images --compact',
    'trace imgpol/web -n images',
    'stats -n images',
    'events --for ImagePolicy/web -n images',
    'events -n images',
    'events --for ImagePolicy/nope -n images',
    'reconcile image update',
    'suspend image policy',
    'delete image repository -s',
  ])('%s', async (line) => {
    const transcript = await run(line);

    expect([transcript]).toEqual(transcripts.expected(line, [transcript]));
  });
});

describe('operates the image kinds as flux does', () => {
  const update = '--git-repo-ref=web --checkout-branch=main --author-name=a --author-email=a@b.c';

  it.each([
    {
      what: 'a repository',
      lines: [
        'create image repository web -n NS --image=ghcr.io/example/web',
        'create image repository web -n NS --image=ghcr.io/example/web --label=team=web',
        'reconcile image repository web -n NS',
        'suspend image repository web nope -n NS',
        'reconcile image repository web -n NS',
        'resume image repository web -n NS',
        'suspend image repository --all -n NS',
        'resume image repository --all -n NS --wait',
        'delete image repository web -n NS -s',
        'delete image repository web -n NS -s',
        'reconcile image repository web -n NS',
      ],
    },
    {
      what: 'a policy',
      lines: [
        'create image policy web -n NS --image-ref=web --select-semver=1.x --reflect-digest=Never',
        'create image policy web -n NS --image-ref=web --select-semver=1.x --reflect-digest=Never',
        'create image policy web -n NS --image-ref=web --select-semver=2.x',
        'reconcile image policy web -n NS',
        'suspend image policy web -n NS',
        'reconcile image policy web -n NS',
        'resume image policy nope -n NS',
        'resume image policy web -n NS',
        'delete image policy web -n NS -s',
      ],
    },
    {
      what: 'an automation',
      lines: [
        `create image update web -n NS ${update}`,
        `create image update web -n NS ${update} --push-branch=updates`,
        'export image update web -n NS',
        'reconcile image update web -n NS',
        'suspend image update web -n NS',
        'reconcile image update web -n NS',
        'resume image update web -n NS',
        'delete image update web -n NS -s',
      ],
    },
  ])('$what', async ({ what, lines }) => {
    const namespace = await home();
    const heard: Transcript[] = [];

    for (const line of lines) heard.push(await run(line, namespace));

    expect(heard).toEqual(transcripts.expected(what, heard));
  });
});

it('says in wide tables what a policy chooses by and where commits go', async () => {
  const { stdout } = await pawlHere(['get', 'images', 'all', '-n', 'images', '-o', 'wide']);

  const cells = stdout.split('\n').map((line) => line.split('\t').map((cell) => cell.trim()));
  const row = (name: string) => cells.find(([first]) => first === name);
  expect(row('imagerepository/web')).toEqual(expect.arrayContaining(['ghcr.io/example/web', '12']));
  expect(row('imagepolicy/builds')).toEqual(expect.arrayContaining(['images/web', 'numerical asc']));
  expect(row('imageupdateautomation/all')).toEqual(
    expect.arrayContaining(['GitRepository/images/images', 'updates', '6a1b2c3d']),
  );
});
