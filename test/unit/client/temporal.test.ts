import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { grpcRetry, temporalConfig } from '../../../client/temporal.ts';

const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
const status = (code: number) => ({ code, details: '', metadata: undefined }) as never;

beforeEach(() => {
  for (const name of ['ADDRESS', 'NAMESPACE', 'API_KEY', 'PROFILE', 'TLS'])
    vi.stubEnv(`TEMPORAL_${name}`, undefined);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', '/nowhere/temporal.toml');
});
afterEach(() => void vi.unstubAllEnvs());

function configFile(): string {
  const dir = mkdtempSync(join(tmpdir(), 'pawl-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'temporal.toml');
  writeFileSync(file, '[profile.cloud]\naddress = "cloud:7233"\nnamespace = "home"\napi_key = "k"\n');
  return file;
}

describe('where Temporal is', () => {
  const fallback = { address: 'demo:7000', namespace: 'demo' };

  it('is this machine unless somebody says otherwise', () => {
    const { connection, namespace } = temporalConfig();

    expect([connection.address, namespace]).toEqual(['localhost:7233', 'default']);
  });

  it('is the fallback before that', () => {
    expect(temporalConfig({ fallback })).toMatchObject({
      connection: { address: 'demo:7000' },
      namespace: 'demo',
    });
  });

  it('is what the environment says before the fallback', () => {
    vi.stubEnv('TEMPORAL_ADDRESS', 'env:7233');

    expect(temporalConfig({ fallback }).connection.address).toBe('env:7233');
  });

  it('is what the options say before the environment', () => {
    vi.stubEnv('TEMPORAL_ADDRESS', 'env:7233');

    expect(temporalConfig({ address: 'flag:7233', fallback }).connection.address).toBe('flag:7233');
  });

  it('is what a profile says, with TLS when there is a key', () => {
    const { connection, namespace } = temporalConfig({ profile: 'cloud', configFile: configFile() });

    expect(connection).toMatchObject({ address: 'cloud:7233', apiKey: 'k', tls: true });
    expect(namespace).toBe('home');
  });

  it('is named when the profile does not exist', () => {
    expect(() => temporalConfig({ profile: 'other', configFile: configFile() })).toThrow(
      "Profile 'other' not found",
    );
  });
});

describe('a busy workflow', () => {
  const { delayFunction, retryableDecider } = grpcRetry();

  it.each([
    { attempt: 1, least: 20, most: 30 },
    { attempt: 2, least: 30, most: 45 },
    { attempt: 9, least: 320, most: 480 },
    { attempt: 30, least: 320, most: 480 },
  ])('is asked again $least to $most ms after attempt $attempt', ({ attempt, least, most }) => {
    const delay = delayFunction(attempt, status(RESOURCE_EXHAUSTED));

    expect(delay).toBeGreaterThanOrEqual(least);
    expect(delay).toBeLessThanOrEqual(most);
  });

  it('is asked longer than a server that is away', () => {
    expect(retryableDecider(20, status(RESOURCE_EXHAUSTED))).toBe(true);
    expect(retryableDecider(20, status(UNAVAILABLE))).toBe(false);
  });
});
