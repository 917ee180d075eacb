import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { ReceiverType } from '../../../../../activities/notify/receiver/contract.ts';
import { compileReceiver } from '../../../../../activities/notify/receiver/expressions.ts';
import type { ReceiverSpec } from '../../../../../api/receiver.ts';
import { receiverObject } from '../../../../support/hooks.ts';

const issuer = (some: object = {}) => ({
  issuerURL: 'https://issuer.example',
  validations: [{ expression: 'claims.a == 1', message: 'a is 1' }],
  ...some,
});

function problem(type: ReceiverType, spec: Partial<ReceiverSpec>): string | undefined {
  try {
    compileReceiver(receiverObject(type, spec).spec);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const [detail] = (error.details ?? []) as { stalled?: boolean }[];
    return `${detail?.stalled ? '' : 'not stalled '}${error.type}: ${error.message}`;
  }
}

const PREFIX = 'Reconciliation failed terminally due to configuration error: ';

describe('the expressions of a Receiver', () => {
  it.each<[string, ReceiverType, Partial<ReceiverSpec>]>([
    ['none', 'github', {}],
    ['over res and req', 'github', { resourceFilter: 'res.metadata.name == req.repository.name' }],
    [
      'over claims, with OIDC',
      'generic-oidc',
      { oidcProviders: [issuer()], resourceFilter: 'claims.a == req.a' },
    ],
    [
      'with variables',
      'generic-oidc',
      { oidcProviders: [issuer({ variables: [{ name: 'x', expression: 'claims.a + 1' }] })] },
    ],
  ])('are good: %s', (_name, type, spec) => {
    expect(problem(type, spec)).toBeUndefined();
  });

  it.each<[string, ReceiverType, Partial<ReceiverSpec>]>([
    ['invalid resourceFilter expression: ', 'github', { resourceFilter: 'res.' }],
    ['invalid resourceFilter expression: ', 'github', { resourceFilter: "'text'" }],
    ['invalid resourceFilter expression: ', 'github', { resourceFilter: 'claims.a == 1' }],
    [
      'invalid filter expression for resources[1] (kind="GitRepository", name="b"): ',
      'github',
      {
        resources: [
          { kind: 'GitRepository', name: 'a' },
          { kind: 'GitRepository', name: 'b', filter: 'x' },
        ],
      },
    ],
    [
      'oidcProviders[0] (issuerURL="https://issuer.example"): invalid expression for validation "no": ',
      'generic-oidc',
      { oidcProviders: [issuer({ validations: [{ expression: 'req.a', message: 'no' }] })] },
    ],
    [
      'oidcProviders[0] (issuerURL="https://issuer.example"): invalid expression for variable "x": ',
      'generic-oidc',
      { oidcProviders: [issuer({ variables: [{ name: 'x', expression: '(' }] })] },
    ],
  ])('stall: %s', (message, type, spec) => {
    expect(problem(type, spec)?.startsWith(`InvalidCELExpression: ${PREFIX}${message}`)).toBe(true);
  });

  it.each<[string, ReceiverType, Partial<ReceiverSpec>]>([
    ['generic-oidc receiver requires at least one oidcProvider', 'generic-oidc', {}],
    ['oidcProviders can only be set when type is generic-oidc', 'github', { oidcProviders: [issuer()] }],
    [
      'secretRef cannot be set when type is generic-oidc',
      'generic-oidc',
      { oidcProviders: [issuer()], secretRef: { name: 'x' } },
    ],
    ['secretRef is required when type is not generic-oidc', 'github', { secretRef: undefined }],
    [
      'oidcProviders[1]: duplicate issuerURL "https://issuer.example"',
      'generic-oidc',
      { oidcProviders: [issuer(), issuer()] },
    ],
  ])('stall a spec that the API server should have refused: %s', (message, type, spec) => {
    expect(problem(type, spec)).toBe(`ValidationFailed: ${PREFIX}${message}`);
  });
});
