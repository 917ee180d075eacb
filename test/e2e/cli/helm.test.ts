import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCliStage } from '../../support/cli-stage.ts';
import { helmObjects } from '../../support/helm-objects.ts';
import { type Transcript } from '../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project e2e test/e2e/cli/helm.test.ts
const stage = useCliStage(join(import.meta.dirname, 'helm-transcripts.json'), helmObjects);
const { transcripts, home, run } = stage;

describe('shows of the Helm kinds what flux shows', () => {
  it.each([
    'get hr -A',
    'get helmreleases -n apps --show-source',
    'get hr web -n apps',
    'get hr nope -n apps',
    'get hr -n nope',
    'get hr -A --status-selector ready=false',
    'get hr -n apps -l team=web --no-header',
    'get hr -n apps --watch --timeout 2s',
    'get sources helm -A',
    'get source chart -n sources',
    'get sources all -n sources',
    'get all -A',
    'export hr --all -n apps',
    'export source helm --all -n sources',
    'export source chart shared -n sources',
    'export source helm nope -n sources',
    'tree ks all -n apps',
    'tree ks all -n apps --compact',
    'tree ks all -n apps -o json',
    'trace cm/web cm/broken -n apps',
    'trace cm/orphan -n apps',
    'stats -A',
    'stats -n apps',
    'debug hr web -n apps --show-values',
    'debug hr web -n apps --show-status',
    'debug hr web -n apps --show-history',
    'debug hr new -n apps --show-values',
    'debug hr new -n apps --show-history',
    'debug hr web -n apps',
  ])('%s', async (line) => {
    const transcript = await run(line);

    expect([transcript]).toEqual(transcripts.expected(line, [transcript]));
  });
});

describe('operates the Helm kinds as flux does', () => {
  it.each([
    {
      what: 'a repository',
      lines: [
        'create source helm charts -n NS --url=https://charts.example.com',
        'create source helm charts -n NS --url=https://charts.example.com --username=u --password=p',
        'reconcile source helm charts -n NS',
        'suspend source helm charts -n NS',
        'reconcile source helm charts -n NS',
        'resume source helm charts -n NS',
        'delete source helm charts -n NS -s',
        'delete source helm charts -n NS -s',
      ],
    },
    {
      what: 'a repository in a registry, which nobody reconciles',
      lines: [
        'create source helm registry -n NS --url=oci://registry.example.com/charts',
        'get sources helm -n NS',
        'reconcile source helm registry -n NS',
        'suspend source helm registry -n NS',
        'resume source helm registry -n NS',
      ],
    },
    {
      what: 'a chart',
      lines: [
        'create source helm charts -n NS --url=https://charts.example.com',
        'create source chart web -n NS --source=HelmRepository/charts --chart=web',
        'reconcile source chart web -n NS',
        'reconcile source chart web -n NS --with-source',
        'suspend source chart --all -n NS',
        'resume source chart web -n NS',
        'delete source chart web -n NS -s',
      ],
    },
    {
      what: 'a release',
      lines: [
        'create source git charts -n NS --url=https://git.example.com/charts --branch=main',
        // The one that is made for the release; nobody else makes it here.
        'create source chart NS-web -n NS --source=GitRepository/charts --chart=./web',
        'create hr web -n NS --source=GitRepository/charts --chart=./web',
        'create hr web -n NS --source=GitRepository/charts --chart=./web --crds=CreateReplace',
        'reconcile hr web -n NS --force --reset',
        'reconcile hr web -n NS --with-source',
        'suspend hr web nope -n NS',
        'reconcile hr web -n NS',
        'resume hr web -n NS',
        'create hr referring -n NS --chart-ref=HelmChart/NS-web',
        'reconcile hr referring -n NS --with-source',
        'resume hr --all -n NS --wait',
        'delete hr web -n NS -s',
      ],
    },
  ])('$what', async ({ what, lines }) => {
    const namespace = await home();
    const heard: Transcript[] = [];

    for (const line of lines) heard.push(await run(line, namespace));

    expect(heard).toEqual(transcripts.expected(what, heard));
  });

  it('asks with one value for a reconcile, a forced release and forgotten failures', async () => {
    const namespace = await home();
    await run('create hr web -n NS --chart-ref=HelmChart/web', namespace);

    await run('reconcile hr web -n NS --force --reset', namespace);

    const target = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace, name: 'web' };
    const annotations = (await stage.kube.get(target))?.metadata.annotations ?? {};
    const requestedAt = annotations['reconcile.fluxcd.io/requestedAt'];
    expect(requestedAt).toMatch(/^20/);
    expect(annotations).toMatchObject({
      'reconcile.fluxcd.io/forceAt': requestedAt,
      'reconcile.fluxcd.io/resetAt': requestedAt,
    });
  });
});
