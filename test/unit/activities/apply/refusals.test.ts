import { describe, expect, it } from 'vitest';
import { describeRefusal, refusalFailure } from '../../../../activities/apply/failure.ts';
import { isImmutable } from '../../../../activities/apply/immutable.ts';
import { scrub } from '../../../../activities/apply/scrub.ts';
import {
  isOutage,
  isTransient,
  KubeError,
  KubeUnreachableError,
  NoKindError,
} from '../../../../activities/kube/errors.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';

const configMap: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'n' },
};
const invalid = (...messages: string[]) =>
  new KubeError(422, {
    reason: 'Invalid',
    message: `it is invalid: ${messages.join(', ')}`,
    details: { causes: messages.map((message) => ({ message })) },
  });

// Each text as a kube-apiserver 1.36 gave it.
describe('an answer of the API server', () => {
  it.each([
    [
      500,
      '',
      'failed to create typed patch object (n/a; /v1, Kind=ConfigMap): .foo: field not declared in schema',
      false,
    ],
    [
      500,
      '',
      'failed to convert new object (n/s; /v1, Kind=Secret) to proper version: illegal base64 data',
      false,
    ],
    [500, 'InternalError', 'failed calling webhook "x": connection refused', true],
    [422, 'Invalid', 'ConfigMap "A_b" is invalid: metadata.name: Invalid value', false],
    [413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728', false],
    [404, 'NotFound', 'namespaces "missing" not found', true],
    [404, 'NotFound', 'the server could not find the requested resource', false],
    [404, '', '404 page not found', true],
    [409, 'Conflict', 'Apply failed with 1 conflict: conflict with "other": .data.x', false],
    [
      409,
      'Conflict',
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply',
      true,
    ],
    [403, 'Forbidden', 'configmaps "a" is forbidden: User "x" cannot patch resource "configmaps"', false],
    [403, 'Forbidden', 'unable to create new content in namespace n because it is being terminated', true],
    [401, 'Unauthorized', 'Unauthorized', false],
    [429, 'TooManyRequests', 'too many requests', true],
    [503, 'ServiceUnavailable', 'apiserver not ready', true],
    [504, 'Timeout', 'request did not complete', true],
  ])('%i %s "%s" may pass: %s', (status, reason, message, expected) => {
    expect(isTransient(new KubeError(status, { reason, message }))).toBe(expected);
  });

  it('may pass when it never came, or the kind is not there yet', () => {
    expect(isTransient(new KubeUnreachableError('https://x', new Error('reset')))).toBe(true);
    expect(isTransient(new NoKindError('x.io/v1', 'Foo'))).toBe(true);
    expect(isOutage(new NoKindError('x.io/v1', 'Foo'))).toBe(false);
    expect(isTransient(new Error('a bug'))).toBe(false);
  });
});

describe('an immutable field', () => {
  it.each([
    'Forbidden: field is immutable when `immutable` is set',
    'Invalid value: {"matchLabels":{"a":"2"}}: field is immutable',
    'Forbidden: spec is immutable after creation except resources.requests',
    'Invalid value: ["10.0.0.51"]: may not change once set',
    'Forbidden: may not be changed in an update.',
    'Invalid value: {"Name":"b"}: cannot change roleRef',
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals' are forbidden",
    'Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
  ])('is the cause of: %s', (message) => {
    expect(isImmutable(invalid(message))).toBe(true);
  });

  it('is no excuse when something else is wrong as well', () => {
    expect(isImmutable(invalid('field is immutable', 'must be no more than 63 characters'))).toBe(false);
  });

  it('is not what a denial or a conflict means', () => {
    const denied = new KubeError(422, {
      reason: 'Invalid',
      message: "ValidatingAdmissionPolicy 'x' denied request: no",
    });

    expect(isImmutable(denied)).toBe(false);
    expect(
      isImmutable(new KubeError(409, { reason: 'Conflict', message: 'the object has been modified' })),
    ).toBe(false);
    expect(isImmutable(new Error('field is immutable'))).toBe(false);
  });
});

describe('the sentence of a refusal', () => {
  it.each([
    { error: invalid('x'), sentence: 'ConfigMap/n/a dry-run failed (Invalid): it is invalid: x' },
    { error: new KubeError(500, { message: 'y' }), sentence: 'ConfigMap/n/a dry-run failed: y' },
    {
      error: new KubeError(404, { reason: 'NotFound', message: 'namespaces "n" not found' }),
      sentence: 'ConfigMap/n/a not found: namespaces "n" not found',
    },
    {
      error: new KubeError(409, {
        reason: 'Conflict',
        message: 'z',
        details: { causes: [{ reason: 'FieldManagerConflict' }] },
      }),
      sentence: 'ConfigMap/n/a dry-run failed (FieldManagerConflict): z',
    },
  ])('is "$sentence"', ({ error, sentence }) => {
    expect(describeRefusal({ object: configMap, during: 'dry-run', error })).toBe(sentence);
  });

  it('names ten objects and counts the others', () => {
    const refusals = Array.from(
      { length: 12 },
      () => ({ object: configMap, during: 'dry-run', error: invalid('x') }) as const,
    );

    const { message } = refusalFailure(refusals, { changed: [], notTried: [] });

    expect(message.split('\n')).toHaveLength(11);
    expect(message).toMatch(/and 2 more$/);
  });

  it('asks for a retry only when every refusal may pass, and waits as long as the server asked', () => {
    const busy = new KubeError(429, { message: 'busy' }, 3_000);
    const refusal = (error: unknown) => ({ object: configMap, during: 'apply', error }) as const;
    const none = { changed: [], notTried: [] };

    expect(refusalFailure([refusal(busy)], none)).toMatchObject({
      nonRetryable: false,
      nextRetryDelay: 3_000,
    });
    expect(refusalFailure([refusal(busy), refusal(invalid('x'))], none)).toMatchObject({
      nonRetryable: true,
    });
  });
});

describe('an error text about a Secret', () => {
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { password: 'aHVudGVyMg==', pin: 1234 },
  };

  it.each([
    ['.data.pin: expected string, got &value.valueUnstructured{Value:1234}', /expected string/],
    [
      'data[password]: Invalid value: "hunter2": too short',
      /^data\[password\]: Invalid value: \*\*\*: too short$/,
    ],
    ['Invalid value: {"password":"aHVudGVyMg=="}: field is immutable', /field is immutable$/],
    ['the webhook says hunter2 is weak', /^the webhook says \*\*\* is weak$/],
  ])('shows no value: %s', (text, rest) => {
    const clean = scrub(text, secret);

    expect(clean).not.toMatch(/hunter2|aHVudGVyMg|1234/);
    expect(clean).toMatch(rest);
  });

  it('is left as it is about anything else', () => {
    expect(scrub('Invalid value: "x"', configMap)).toBe('Invalid value: "x"');
  });
});
