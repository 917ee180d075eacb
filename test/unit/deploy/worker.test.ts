import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly readinessProbe: Container['livenessProbe'];
}
interface Deployment {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly Container[] };
    };
  };
}

const file = join(import.meta.dirname, '../../../deploy/worker.yaml');
const documents = parseAllDocuments(readFileSync(file, 'utf8')).map(
  (document) => document.toJS() as Deployment,
);
const deployment = documents.find(({ kind }) => kind === 'Deployment');
const container = deployment?.spec.template.spec.containers[0];
const ports = new Map(container?.ports.map(({ name, containerPort }) => [name, containerPort]));

function portOf(flag: string): number {
  const arg = container?.args.find((text) => text.startsWith(`--${flag}=`));
  return Number(arg?.split(':').at(-1));
}

it.each([
  { flag: 'artifact-address', port: 'artifacts' },
  { flag: 'receiver-address', port: 'http-webhook' },
  { flag: 'metrics-address', port: 'http-prom' },
  { flag: 'health-address', port: 'healthz' },
])('the port $port is where --$flag listens', ({ flag, port }) => {
  expect(portOf(flag)).toBe(ports.get(port));
});

it('the probes ask what they are for', () => {
  expect(container?.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'healthz' });
  expect(container?.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'healthz' });
});

it('scrapers are told where the metrics are', () => {
  expect(deployment?.spec.template.metadata.annotations).toEqual({
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(portOf('metrics-address')),
    'prometheus.io/path': '/metrics',
  });
});
