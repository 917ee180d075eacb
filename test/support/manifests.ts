/** Manifests for tests, without a namespace. */

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** JSON is YAML. */
export function manifest(object: Manifest): string {
  return `${JSON.stringify(object)}\n`;
}

// The fake node runs whatever fits it and cannot mount a token.
function podSpec(fits: boolean) {
  return {
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'registry.example/app:1' }],
    ...(!fits && { nodeSelector: { 'test.example/nobody': 'has-this' } }),
  };
}

/** A Deployment of two replicas; one that does not fit never gets ready. */
export function deployment(name: string, { fits = true }: { readonly fits?: boolean } = {}): string {
  const labels = { app: name };
  return manifest({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(fits) },
    },
  });
}

export function job(name: string, spec: Readonly<Record<string, unknown>> = {}): string {
  return manifest({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { ...spec, template: { spec: { ...podSpec(true), restartPolicy: 'Never' } } },
  });
}

/** A definition of a namespaced kind with free fields, of a group of its own. */
export function definition(prefix: string): {
  readonly group: string;
  readonly kind: string;
  readonly manifest: string;
} {
  const group = `${prefix}.test.example`;
  const kind = 'Thing';
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    group,
    kind,
    manifest: manifest({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural: 'things', singular: 'thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    }),
  };
}

export function customResource(group: string, kind: string, name: string): string {
  return manifest({ apiVersion: `${group}/v1`, kind, metadata: { name }, spec: {} });
}
