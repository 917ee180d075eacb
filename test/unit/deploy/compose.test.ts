import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SearchAttribute } from '../../../api/names.ts';
import { SETTINGS } from '../../../tools/temporal.ts';

// No container engine is needed to run these: they check what an engine would only say when it starts the thing.
const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const;
const Service = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  restart: z.string().regex(/^(unless-stopped|on-failure:\d+)$/),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.enum(conditions) })).default({}),
  // A value that YAML reads as a number or a boolean would reach the container in another spelling.
  environment: z.record(z.string(), z.string()).default({}),
  entrypoint: z.array(z.string()).optional(),
  extra_hosts: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.number(),
    })
    .optional(),
});
const Compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

const compose = Compose.parse(parse(read('docker-compose.yml')));
const services = Object.entries(compose.services).map(([name, service]) => ({ name, service }));

describe('docker-compose.yml', () => {
  it('has what Pawl needs', () => {
    expect(Object.keys(compose.services)).toEqual([
      'postgres',
      'temporal-schema',
      'temporal',
      'temporal-namespace',
      'temporal-ui',
      'worker',
    ]);
  });

  describe.each(services)('$name', ({ service }) => {
    it('pins its image', () => {
      expect(service.image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/);
    });

    it('depends on services that exist, in a way they can fulfil', () => {
      const unfulfilled = Object.entries(service.depends_on).filter(([name, { condition }]) => {
        const other = compose.services[name];
        if (!other) return true;
        if (condition === 'service_healthy') return !other.healthcheck;
        return condition === 'service_completed_successfully' && !other.restart.startsWith('on-failure');
      });

      expect(unfulfilled).toEqual([]);
    });

    it('mounts files and volumes that exist', () => {
      const missing = service.volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((source) => !source.startsWith('${'))
        .filter((source) =>
          source.startsWith('./') ? !existsSync(join(root, source)) : !(source in compose.volumes),
        );

      expect(missing).toEqual([]);
    });

    it('listens on loopback only', () => {
      expect(service.ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    });
  });

  it('uses every volume', () => {
    const used = services.flatMap(({ service }) => service.volumes.map((volume) => volume.split(':')[0]));

    expect(used).toEqual(expect.arrayContaining(Object.keys(compose.volumes)));
  });

  it('runs the server and its tools in one version', () => {
    const tag = (name: string) => compose.services[name]?.image.split(':')[1];

    expect(tag('temporal-schema')).toBe(tag('temporal'));
    expect(tag('temporal-namespace')).toBe(tag('temporal'));
  });

  it('tags the worker with the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };

    expect(compose.services['worker']?.image).toBe(`pawl:${version}`);
  });
});

describe('deploy/temporal', () => {
  it('sets what the embedded server is started with, but for what a newer server does by default', () => {
    const file = z
      .record(z.string(), z.tuple([z.strictObject({ value: z.unknown() })]))
      .parse(parse(read('deploy/temporal/dynamic-config.yaml')));
    const { 'matching.useNewMatcher': _1, 'system.enableActivityEagerExecution': _2, ...shared } = SETTINGS;

    const values = Object.entries(file).map(([key, [{ value }]]) => [key, JSON.stringify(value)]);

    expect(Object.fromEntries(values)).toEqual(shared);
  });

  it('registers every search attribute', () => {
    const names = /^for name in (.*); do$/m.exec(read('deploy/temporal/namespace.sh'))?.[1]?.split(' ');

    expect(names).toEqual(Object.values(SearchAttribute));
  });
});

describe('Dockerfile', () => {
  it('runs the Node that the package is developed with', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>;
    };
    const images = [...read('Dockerfile').matchAll(/^FROM node:([\d.]+)-/gm)].map(([, version]) => version);

    expect(new Set(images)).toEqual(new Set([devDependencies['node']]));
  });

  it('copies nothing that .dockerignore keeps out', () => {
    const allowed = new Set([...read('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, path]) => path));
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, sources]) =>
      (sources ?? '').split(' '),
    );

    const kept = copied.filter(
      (path) => ![...allowed].some((ok) => path === ok || path.startsWith(`${ok}/`)),
    );
    expect(kept).toEqual([]);
  });
});
