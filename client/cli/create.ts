import { type Command, Option } from 'commander';
import { collect, type Examples, examples, withSession } from './command.ts';
import { createFlags } from './create-fields.ts';
import {
  type GitRepositoryOptions,
  gitRepositoryManifest,
  gitSecretManifest,
} from './create-git-repository.ts';
import { addHelmChart, addHelmRelease, addHelmRepository } from './create-helm.ts';
import { addImage } from './create-image.ts';
import { type KustomizationOptions, kustomizationManifest } from './create-kustomization.ts';
import { addNotifications } from './create-notification.ts';
import { KINDS } from './kinds.ts';
import { formatExport } from './manifest.ts';
import { artifactRevision } from './reconciled.ts';
import type { Session } from './session.ts';
import { upsert, upsertAndWait } from './upsert.ts';

/** `pawl create …` */
export function addCreate(program: Command): void {
  const verb = program.command('create').description('Create or update an object, and wait for it');
  const source = verb.command('source').alias('sources').description('Create a source');
  addGitRepository(source);
  addHelmRepository(source);
  addHelmChart(source);
  addImage(verb);
  addKustomization(verb);
  addHelmRelease(verb);
  addNotifications(verb);
  examples(verb, {
    'create source git podinfo --url=https://github.com/stefanprodan/podinfo --branch=master':
      'a git repository',
    'create ks podinfo --source=GitRepository/podinfo --path=./kustomize --prune --wait':
      'apply a path of it',
    'create source helm podinfo --url=https://stefanprodan.github.io/podinfo': 'a chart repository',
    'create hr podinfo --source=HelmRepository/podinfo --chart=podinfo': 'release a chart of it',
    'create image repository podinfo --image=ghcr.io/stefanprodan/podinfo': 'scan the tags of an image',
  });
}

function addGitRepository(source: Command): void {
  const git = createFlags(source.command('git <name>').description('Create or update a GitRepository'))
    .option('--url <url>', 'address of the repository: https, http or ssh')
    .option('--branch <name>', 'a branch')
    .option('--tag <name>', 'a tag')
    .option('--tag-semver <range>', 'the newest tag of a range')
    .option('--ref-name <name>', 'a full reference, e.g. refs/pull/1/head')
    .option('--commit <sha>', 'a commit')
    .option('--secret-ref <name>', 'a Secret with credentials that exists')
    .option('-u, --username <name>', 'basic authentication: makes a Secret of the same name')
    .option('-p, --password <password>', 'its password')
    .option('--ca-file <file>', "CA of the server's certificate: goes into that Secret")
    .option('--fetch-timeout <duration>', 'how long a fetch may take')
    .option('--ignore-paths <paths>', 'paths to leave out of the artifact', collect);
  // Parts of flux's command line whose fields Pawl does not honour yet: the object is made, and says so.
  for (const [flags, field] of [
    ['--proxy-secret-ref <name>', 'spec.proxySecretRef'],
    ['--provider <name>', 'spec.provider'],
    ['--recurse-submodules', 'spec.recurseSubmodules'],
    ['--sparse-checkout-paths <paths>', 'spec.sparseCheckout'],
  ] as const) {
    const option = new Option(flags, `${field} (not honoured by Pawl yet)`);
    git.addOption(flags.includes('paths') ? option.argParser(collect) : option);
  }
  git
    .option('-s, --silent', 'accepted for scripts of flux')
    .action(withSession<GitRepositoryOptions & { export?: boolean }>(createGitRepository));
  for (const command of [source, git]) examples(command, GIT_EXAMPLES);
}

const GIT_EXAMPLES: Examples = {
  'create source git podinfo --url=https://github.com/stefanprodan/podinfo --branch=master': 'a branch',
  'create source git podinfo --url=https://git.example.com/podinfo --tag-semver=">=6.0.0" --export':
    'print the YAML for the newest tag of a range',
};

async function createGitRepository(
  session: Session,
  [name = '']: readonly string[],
  options: GitRepositoryOptions & { readonly export?: boolean },
): Promise<void> {
  const at = { name, namespace: session.flags.namespace };
  const secret = gitSecretManifest(at, options);
  const manifest = gitRepositoryManifest(at, options, secret?.metadata.name);
  if (options.export) return session.out.print(formatExport(manifest));
  session.out.generate('generating GitRepository source');
  if (secret) {
    session.out.action('applying secret with repository credentials');
    await upsert(session, secret, 'stringData');
    session.out.success('authentication configured');
  }
  const object = await upsertAndWait(session, KINDS.GitRepository, manifest, {
    label: 'GitRepository source',
  });
  session.out.success('GitRepository source reconciliation completed');
  session.out.success(`fetched revision: ${artifactRevision(object)}`);
}

function addKustomization(verb: Command): void {
  const ks = verb.command('kustomization <name>').aliases(['ks', 'kustomizations']);
  createFlags(ks.description('Create or update a Kustomization'))
    .option('--source <[kind/]name[.namespace]>', 'source of the manifests, e.g. GitRepository/podinfo')
    .option('--path <path>', 'directory inside the source', './')
    .option('--prune', 'delete what is no longer in the source')
    .option('--wait', 'wait until everything applied is healthy')
    .option('--health-check <kind/name.namespace>', 'wait for this workload only (repeat)', collect)
    .option('--health-check-timeout <duration>', 'how long that may take', '2m')
    .option('--depends-on <[namespace/]name>', 'apply after this Kustomization is ready (repeat)', collect)
    .option('--service-account <name>', 'apply as this service account')
    .option('--target-namespace <name>', 'put everything into this namespace')
    .option('--retry-interval <duration>', 'how long after a failure to try again')
    .option('--decryption-provider <name>', 'spec.decryption (not honoured by Pawl yet)')
    .option('--decryption-secret <name>', 'spec.decryption (not honoured by Pawl yet)')
    .option('--kubeconfig-secret-ref <name>', 'spec.kubeConfig (not honoured by Pawl yet)')
    .action(withSession<KustomizationOptions & { export?: boolean }>(createKustomization));
  examples(ks, {
    'create ks podinfo --source=GitRepository/podinfo --path=./kustomize --prune --interval=10m':
      'apply a path',
    'create ks apps --source=GitRepository/flux-system --path=./apps --depends-on=infrastructure --export':
      'print the YAML',
  });
}

async function createKustomization(
  session: Session,
  [name = '']: readonly string[],
  options: KustomizationOptions & { readonly export?: boolean },
): Promise<void> {
  if (!options.export) session.out.generate('generating Kustomization');
  const manifest = kustomizationManifest({ name, namespace: session.flags.namespace }, options);
  if (options.export) return session.out.print(formatExport(manifest));
  const object = await upsertAndWait(session, KINDS.Kustomization, manifest, { label: 'Kustomization' });
  session.out.success(`Kustomization ${name} is ready`);
  session.out.success(KINDS.Kustomization.success(object));
}
