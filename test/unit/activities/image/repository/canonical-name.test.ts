import { isDeepStrictEqual } from 'node:util';
import type { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { mayBePlain } from '../../../../../activities/fetch/oci/reference.ts';
import { readImageName } from '../../../../../activities/image/repository/canonical-name.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly image: string;
  readonly canonical: string;
  readonly registry: string;
  readonly scheme: string;
  readonly isBare: boolean;
}

const TABLE = golden<null, Row>('activities/image/repository/fixtures/image-name.json');

/** What go-containerregistry takes, but no registry can have, or no client may be led to by a tenant. */
const HOSTS = [
  'host:99999/app',
  'host:/app',
  '.com/app',
  '-host.com/app',
  'example.com./app',
  '010.1.2.3:5000/app',
];
const PATHS = [
  '/app',
  '//app',
  'app/',
  'host.com/app/',
  'host.com//app',
  'host.com/../app',
  'host.com/./app',
  'host.com/a/../../b',
];
const GRAMMAR = [
  'host.com/a___b',
  'host.com/a..b',
  'host.com/-a',
  'host.com/a-',
  'host.com/_a',
  'host.com/.a',
];
const REFUSED_HERE = new Set([...HOSTS, ...PATHS, ...GRAMMAR]);

const STALLED = { type: 'ImageURLInvalid', nonRetryable: true, details: [{ stalled: true }] };

/** The name, or what is said of an image that is none. */
function read(image: string): { canonical: string; host: string } | string {
  try {
    const { canonical, host } = readImageName(image);
    return { canonical, host };
  } catch (error) {
    const { message, type, nonRetryable, details } = error as ApplicationFailure;
    return isDeepStrictEqual({ type, nonRetryable, details }, STALLED) ? message : `no stall: ${message}`;
  }
}

// Messages show neither control characters nor what may be a password.
function expected({ image, canonical, registry, isBare }: Row): ReturnType<typeof read> {
  if (canonical === '' || REFUSED_HERE.has(image))
    return `could not parse reference: ${image.replace('user:word@', '***@')}`.trim();
  if (isBare) return { canonical, host: registry };
  const [, tag] = image.slice(image.startsWith(registry) ? registry.length : 0).split(':');
  return `image '${image}' should not include a tag; remove ':${tag}'`;
}

describe('an image is read as go-containerregistry reads it:', () => {
  it.each(TABLE.rows)('$image', (row) => {
    const result = read(row.image);
    expect(typeof result === 'string' ? result.trim() : result).toEqual(expected(row));
  });

  it('and a registry may speak plain http where Go lets it', () => {
    const different = TABLE.rows.filter(
      ({ registry, scheme }) => registry !== '' && mayBePlain(registry) !== (scheme === 'http'),
    );
    expect(different).toEqual([]);
  });

  it('and every row that is refused on purpose is one that Go takes', () => {
    const taken = TABLE.rows.filter(({ canonical }) => canonical !== '').map(({ image }) => image);
    expect([...REFUSED_HERE].filter((image) => !taken.includes(image))).toEqual([]);
  });
});

const DIGEST = `sha256:${'a'.repeat(64)}`;

it.each([
  ['https://ghcr.io/app', "image 'https://ghcr.io/app' should not include URL scheme; remove 'https://'"],
  ['oci://ghcr.io/app', "image 'oci://ghcr.io/app' should not include URL scheme; remove 'oci://'"],
  ['ghcr.io/team/app:v1', "image 'ghcr.io/team/app:v1' should not include a tag; remove ':v1'"],
  ['localhost:5000/app:v1', "image 'localhost:5000/app:v1' should not include a tag; remove ':v1'"],
  ['app:v1', "image 'app:v1' should not include a tag; remove ':v1'"],
  [`app@${DIGEST}`, `image 'app@${DIGEST}' should not include a tag; remove ':${'a'.repeat(64)}'`],
])('%s is refused in the words of Flux', (image, message) => {
  expect(read(image)).toBe(message);
});

it('no password of an image that is refused is shown', () => {
  expect(read('https://user:CANARY@ghcr.io/app')).not.toContain('CANARY');
  expect(read('user:CANARY@ghcr.io/app')).not.toContain('CANARY');
});
