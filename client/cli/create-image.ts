import type { Command } from 'commander';
import type { KubeObject } from '../../api/kube-object.ts';
import { type Examples, examples, withSession } from './command.ts';
import { createFlags, manifestFlags, type ObjectName } from './create-fields.ts';
import { type ImagePolicyOptions, imagePolicyManifest } from './create-image-policy.ts';
import { type ImageRepositoryOptions, imageRepositoryManifest } from './create-image-repository.ts';
import { type ImageUpdateOptions, imageUpdateManifest } from './create-image-update.ts';
import type { KindInfo } from './kind-info.ts';
import { KINDS } from './kinds.ts';
import { formatExport } from './manifest.ts';
import { upsertAndWait } from './upsert.ts';

/** `pawl create image …` */
export function addImage(verb: Command): void {
  const image = verb.command('image').alias('images').description('Create an object of image automation');
  const repository = addRepository(image);
  const policy = addPolicy(image);
  const update = addUpdate(image);
  examples(image, { ...repository, ...policy, ...update });
}

function addRepository(image: Command): Examples {
  const command = image.command('repository <name>').description('Create or update an ImageRepository');
  createFlags(command)
    .option('--image <name>', 'the image, without scheme and tag')
    .option('--secret-ref <name>', 'a Secret with a docker config')
    .option('--cert-ref <name>', 'a Secret with certificates')
    .option('--scan-timeout <duration>', 'how long a scan may take: the interval otherwise')
    .action(creating<ImageRepositoryOptions>(KINDS.ImageRepository, imageRepositoryManifest));
  const lines = {
    'create image repository web --image=ghcr.io/example/web --interval=5m': 'scan the tags of an image',
    'create image repository web --image=ghcr.io/example/web --secret-ref=registry --export':
      'print the YAML of one in a private registry',
  };
  examples(command, lines);
  return lines;
}

function addPolicy(image: Command): Examples {
  const command = image.command('policy <name>').description('Create or update an ImagePolicy');
  manifestFlags(command)
    .option('--image-ref <name>', 'the ImageRepository')
    .option('--select-semver <range>', 'the highest version of a range')
    .option('--select-alpha <order>', 'by the alphabet: asc takes the last, desc the first')
    .option('--select-numeric <order>', 'by number: asc takes the last, desc the first')
    .option('--filter-regex <pattern>', 'only tags that match (RE2)')
    .option('--filter-extract <template>', 'groups of the pattern by which tags are compared, e.g. $ts')
    .option('--reflect-digest <policy>', 'look up the digest: Never, IfNotPresent or Always')
    .option('--interval <duration>', 'how often, with --reflect-digest=Always')
    .action(creating<ImagePolicyOptions>(KINDS.ImagePolicy, imagePolicyManifest));
  const lines = {
    'create image policy web --image-ref=web --select-semver=">=1.0.0"': 'the newest version',
    "create image policy web --image-ref=web --select-numeric=asc --filter-regex='^main-[a-f0-9]+-(?P<ts>[0-9]+)' --filter-extract='$ts'":
      'the newest build of a branch',
  };
  examples(command, lines);
  return lines;
}

function addUpdate(image: Command): Examples {
  const command = image.command('update <name>').description('Create or update an ImageUpdateAutomation');
  createFlags(command)
    .option('--git-repo-ref <name>', 'the GitRepository')
    .option('--git-repo-namespace <name>', 'its namespace: that of the object otherwise')
    .option('--git-repo-path <path>', 'directory to update: all of the repository otherwise')
    .option('--checkout-branch <name>', 'the branch to update')
    .option('--push-branch <name>', 'where commits go: to that branch otherwise')
    .option('--commit-template <template>', 'message of the commits')
    .option('--author-name <name>', 'author of the commits')
    .option('--author-email <address>', 'their address')
    .option('--signing-key-secret <name>', 'a Secret with the key that signs them')
    .option('--signing-key-type <type>', 'gpg or ssh')
    .action(creating<ImageUpdateOptions>(KINDS.ImageUpdateAutomation, imageUpdateManifest));
  const lines = {
    'create image update flux-system --git-repo-ref=flux-system --git-repo-path=./clusters/home --checkout-branch=main --author-name=pawl --author-email=pawl@example.com':
      'commit to the branch that is applied',
    'create image update web -n apps --git-repo-ref=web --checkout-branch=main --push-branch=images --author-name=pawl --author-email=pawl@example.com --export':
      'print the YAML of one that commits to another branch',
  };
  examples(command, lines);
  return lines;
}

function creating<Options>(
  info: KindInfo,
  manifestOf: (at: ObjectName, options: Options) => KubeObject,
): (...given: unknown[]) => Promise<void> {
  return withSession<Options & { readonly export?: boolean }>(async (session, [name = ''], options) => {
    const { out, flags } = session;
    const manifest = manifestOf({ name, namespace: flags.namespace }, options);
    if (options.export) return out.print(formatExport(manifest));
    out.generate(`generating ${info.kind}`);
    await upsertAndWait(session, info, manifest, { label: info.kind, isQuietWhenSame: true });
    out.success(`${info.kind} reconciliation completed`);
  });
}
