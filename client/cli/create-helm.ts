import type { Command } from 'commander';
import { collect, examples, withSession } from './command.ts';
import { createFlags } from './create-fields.ts';
import { type HelmChartOptions, helmChartManifest } from './create-helm-chart.ts';
import { type HelmReleaseOptions, helmReleaseManifest } from './create-helm-release.ts';
import {
  type HelmRepositoryOptions,
  helmRepositoryManifest,
  helmSecretManifest,
} from './create-helm-repository.ts';
import { KINDS } from './kinds.ts';
import { formatExport } from './manifest.ts';
import { artifactRevision } from './reconciled.ts';
import type { Session } from './session.ts';
import { upsert, upsertAndWait } from './upsert.ts';

type Exporting<Options> = Options & { readonly export?: boolean };

/** `pawl create source helm` */
export function addHelmRepository(source: Command): void {
  const helm = createFlags(source.command('helm <name>').description('Create or update a HelmRepository'))
    .option('--url <url>', 'address of the repository: https, http or oci')
    .option('--secret-ref <name>', 'a Secret with credentials that exists')
    .option('-u, --username <name>', 'basic authentication: makes a Secret helm-<name>')
    .option('-p, --password <password>', 'its password')
    .option('--cert-file <file>', 'certificate of the client: goes into that Secret')
    .option('--key-file <file>', 'its key')
    .option('--ca-file <file>', "CA of the server's certificate: goes into that Secret")
    .option('--oci-provider <name>', 'spec.provider of a registry: generic, aws, azure or gcp')
    .option('--pass-credentials', 'send credentials to other hosts of charts too')
    .option('--fetch-timeout <duration>', 'how long a fetch may take')
    .action(withSession<Exporting<HelmRepositoryOptions>>(createHelmRepository));
  examples(helm, {
    'create source helm podinfo --url=https://stefanprodan.github.io/podinfo --interval=10m':
      'a repository with an index',
    'create source helm podinfo --url=oci://ghcr.io/stefanprodan/charts --secret-ref=registry --export':
      'print the YAML of one in a registry',
  });
}

async function createHelmRepository(
  session: Session,
  [name = '']: readonly string[],
  options: Exporting<HelmRepositoryOptions>,
): Promise<void> {
  const { out, flags } = session;
  const at = { name, namespace: flags.namespace };
  if (options.export) return out.print(formatExport(helmRepositoryManifest(at, options, undefined)));
  const secret = helmSecretManifest(at, options);
  const manifest = helmRepositoryManifest(at, options, secret?.metadata.name);
  out.generate('generating HelmRepository source');
  if (secret) {
    out.action('applying secret with repository credentials');
    await upsert(session, secret, 'stringData');
    out.success('authentication configured');
  }
  const info = KINDS.HelmRepository;
  const words = { label: 'HelmRepository source', short: 'source' };
  const object = await upsertAndWait(session, info, manifest, words);
  out.success('HelmRepository source reconciliation completed');
  if (!info.isStatic(object)) out.success(`fetched revision: ${artifactRevision(object)}`);
}

/** `pawl create source chart` */
export function addHelmChart(source: Command): void {
  const chart = createFlags(source.command('chart <name>').description('Create or update a HelmChart'))
    .option('--source <kind/name>', 'where the chart is: HelmRepository, GitRepository or Bucket')
    .option('--chart <name>', 'name in a HelmRepository, or path in another source')
    .option('--chart-version <range>', 'version or range, of a HelmRepository')
    .option('--reconcile-strategy <name>', 'ChartVersion or Revision', 'ChartVersion')
    .option('--verify-provider <name>', 'cosign: the chart must be signed')
    .option('--verify-secret-ref <name>', 'a Secret with public keys')
    .option('--verify-issuer <pattern>', 'spec.verify.matchOIDCIdentity (not honoured by Pawl yet)')
    .option('--verify-subject <pattern>', 'spec.verify.matchOIDCIdentity (not honoured by Pawl yet)')
    .action(withSession<Exporting<HelmChartOptions>>(createHelmChart));
  examples(chart, {
    'create source chart podinfo --source=HelmRepository/podinfo --chart=podinfo --chart-version=6.x':
      'of a chart repository',
    'create source chart podinfo --source=GitRepository/podinfo --chart=./charts/podinfo': 'of a git one',
  });
}

async function createHelmChart(
  session: Session,
  [name = '']: readonly string[],
  options: Exporting<HelmChartOptions>,
): Promise<void> {
  const { out, flags } = session;
  const manifest = helmChartManifest({ name, namespace: flags.namespace }, options);
  out.generate('generating HelmChart source');
  if (options.export) return out.print(formatExport(manifest));
  const words = { label: 'HelmChart source', short: 'source' };
  const object = await upsertAndWait(session, KINDS.HelmChart, manifest, words);
  out.success('HelmChart source reconciliation completed');
  out.success(`fetched revision: ${artifactRevision(object)}`);
}

/** `pawl create helmrelease` */
export function addHelmRelease(verb: Command): void {
  const hr = verb.command('helmrelease <name>').aliases(['hr', 'helmreleases']);
  createFlags(hr.description('Create or update a HelmRelease'))
    .option('--source <kind/name[.namespace]>', 'where the chart is: HelmRepository, GitRepository or Bucket')
    .option('--chart <name>', 'name in a HelmRepository, or path in another source')
    .option('--chart-version <range>', 'version or range, of a HelmRepository')
    .option('--chart-ref <kind/name[.namespace]>', 'a HelmChart that exists, instead (OCIRepository: later)')
    .option('--chart-interval <duration>', 'how often to look for another version')
    .option('--reconcile-strategy <name>', 'ChartVersion or Revision', 'ChartVersion')
    .option('--release-name <name>', 'name of the release: [<target-namespace>-]<name> otherwise')
    .option('--target-namespace <name>', 'namespace to install into')
    .option('--create-target-namespace', 'create it')
    .option('--storage-namespace <name>', "namespace of helm's records: the target namespace otherwise")
    .option('--depends-on <[namespace/]name>', 'release after this HelmRelease is ready (repeat)', collect)
    .option('--service-account <name>', 'release as this service account')
    .option('--crds <policy>', 'CRDs of the chart at upgrades: Skip, Create or CreateReplace')
    .option('--values <files>', 'YAML files with values, later ones above (repeat)', collect)
    .option('--values-from <kind/name>', 'a Secret or ConfigMap with values.yaml (repeat)', collect)
    .option('--kubeconfig-secret-ref <name>', 'spec.kubeConfig (not honoured by Pawl yet)')
    .action(withSession<Exporting<HelmReleaseOptions>>(createHelmRelease));
  examples(hr, {
    'create hr podinfo --source=HelmRepository/podinfo --chart=podinfo --chart-version=">4.0.0"':
      'a chart of a repository',
    'create hr podinfo --source=GitRepository/podinfo --chart=./charts/podinfo --values=values.yaml --export':
      'print the YAML, with values of a file',
    'create hr podinfo -n apps --chart-ref=HelmChart/podinfo.flux-system': 'a HelmChart that exists',
  });
}

async function createHelmRelease(
  session: Session,
  [name = '']: readonly string[],
  options: Exporting<HelmReleaseOptions>,
): Promise<void> {
  const { out, flags } = session;
  if (!options.export) out.generate('generating HelmRelease');
  const manifest = helmReleaseManifest({ name, namespace: flags.namespace }, options);
  if (options.export) return out.print(formatExport(manifest));
  const object = await upsertAndWait(session, KINDS.HelmRelease, manifest, { label: 'HelmRelease' });
  out.success(`HelmRelease ${name} is ready`);
  out.success(KINDS.HelmRelease.success(object));
}
