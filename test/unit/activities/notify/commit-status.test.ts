import { describe, expect, it } from 'vitest';
import { commitStatusName } from '../../../../activities/notify/commit-status.ts';
import type { FluxEvent } from '../../../../activities/notify/event.ts';
import { alert as alertSchema } from '../../../../api/alert.ts';
import { provider as providerSchema } from '../../../../api/provider.ts';
import { eventOf } from '../../../support/notified-service.ts';

const META = { namespace: 'apps', generation: 1, resourceVersion: '1' };
const UID = '0c9c2e41-d2f9-4f9b-9c41-bebc1984d67a';

function naming(commitStatusExpr?: string, event: FluxEvent = eventOf('info')) {
  const provider = providerSchema.parse({
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Provider',
    metadata: { ...META, name: 'git', uid: UID },
    spec: { type: 'github', ...(commitStatusExpr !== undefined && { commitStatusExpr }) },
  });
  const alert = alertSchema.parse({
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Alert',
    metadata: { ...META, name: 'all', uid: '7c0a1f35-53b5-4a0f-9c35-9df2c0f0f0a1' },
    spec: { providerRef: { name: 'git' }, eventSources: [] },
  });
  return { provider, alert, event };
}

describe('the name of a commit status', () => {
  it('is of the kind, the name and the first part of the uid of the Provider, in lower case', () => {
    expect(commitStatusName(naming())).toBe('kustomization/apps/0c9c2e41');
  });

  it.each([
    [`event.involvedObject.kind + '/' + event.metadata.env`, 'Kustomization/prod'],
    [`event.involvedObject.name + '/' + provider.metadata.uid`, `apps/${UID}`],
    [`(event.metadata.env + '-' + provider.metadata.uid.split('-')[0]).lowerAscii()`, 'prod-0c9c2e41'],
    [`event.involvedObject.name + '/' + provider.metadata.uid.split('-').first().value()`, 'apps/0c9c2e41'],
    [`event.metadata.revision.split(':').last().orValue('none')`, '1a2b3c'],
    [`alert.metadata.name + '/' + event.severity`, 'all/info'],
  ])('is what %s says', (expression, name) => {
    expect(commitStatusName(naming(expression))).toBe(name);
  });

  it.each([
    ['does not compile', `event.involvedObject.`, /spec\.commitStatusExpr of the provider: CEL expression/],
    ['names what is not there', `event.metadata.nothing`, /spec\.commitStatusExpr of the provider: CEL/],
    ['uses an unknown variable', `secret.data`, /spec\.commitStatusExpr of the provider: CEL/],
    ['is no string', `event.involvedObject.kind == 'Kustomization'`, /its result is no string/],
    ['is empty', `''`, /its result is empty/],
  ])('fails when the expression %s', (_what, expression, message) => {
    expect(() => commitStatusName(naming(expression))).toThrow(
      expect.objectContaining({
        type: 'NotificationDispatchFailed',
        nonRetryable: true,
        message: expect.stringMatching(message),
      }),
    );
  });
});
