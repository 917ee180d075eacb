import { expect, it } from 'vitest';
import { enrich } from '../../../../activities/notify/enrich.ts';
import type { AlertSpec } from '../../../../api/alert.ts';
import { NOTIFIED } from '../../../support/notified.ts';

const GROUP = 'kustomize.toolkit.fluxcd.io';
const EVENT = 'event.toolkit.fluxcd.io';

interface Case {
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly spec?: Partial<AlertSpec>;
  readonly told: Readonly<Record<string, string>> | undefined;
  readonly conflicts?: Readonly<Record<string, string>>;
}

it.each<Case>([
  { name: 'nothing stays nothing', told: undefined },
  {
    name: 'groups are left out',
    metadata: { [`${GROUP}/revision`]: 'main', [`${EVENT}/cluster`]: 'home' },
    told: { revision: 'main', cluster: 'home' },
  },
  {
    name: 'checksum, digest, token and keys of other groups stay inside',
    metadata: {
      [`${GROUP}/checksum`]: '1',
      [`${GROUP}/Digest`]: '2',
      [`${GROUP}/token`]: '3',
      'other/x': '4',
      y: '5',
    },
    told: undefined,
  },
  {
    name: 'what comes later wins: annotations, eventMetadata, summary, the controller',
    metadata: { [`${EVENT}/a`]: 'annotation', [`${EVENT}/b`]: 'annotation', [`${GROUP}/c`]: 'controller' },
    spec: { eventMetadata: { b: 'alert', c: 'alert', summary: 'alert' }, summary: 'in short' },
    told: { a: 'annotation', b: 'alert', c: 'controller', summary: 'in short' },
    conflicts: {
      b: 'involved object annotations, Alert object .spec.eventMetadata',
      summary: 'Alert object .spec.eventMetadata, Alert object .spec.summary',
      c: 'Alert object .spec.eventMetadata, involved object controller metadata',
    },
  },
])('$name', ({ metadata, spec, told, conflicts = {} }) => {
  const alert = {
    spec: { providerRef: { name: 'p' }, eventSeverity: 'info' as const, eventSources: [], ...spec },
  };

  const enriched = enrich({ ...NOTIFIED, ...(metadata && { metadata }) }, alert);

  expect(enriched.event.metadata).toEqual(told);
  expect(enriched.conflicts).toEqual(conflicts);
});
