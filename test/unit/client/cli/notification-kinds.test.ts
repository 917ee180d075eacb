import { describe, expect, it } from 'vitest';
import { headerFor, rowFor } from '../../../../client/cli/get-columns.ts';
import { refTo } from '../../../../client/cli/kind-info.ts';
import { KINDS, kindNamed } from '../../../../client/cli/kinds.ts';
import type { Reconciled } from '../../../../client/cli/reconciled.ts';
import { refOf } from '../../../../client/cli/run-id.ts';
import { pawlHere } from '../../../support/pawl-here.ts';

const { Receiver, Provider, Alert, Kustomization } = KINDS;

const object = (spec: object, status?: object): Reconciled =>
  ({ apiVersion: 'x', kind: 'x', metadata: { name: 'web', namespace: 'apps' }, spec, status }) as Reconciled;

describe('the kinds of notifications', () => {
  it.each([
    ['Receiver', 'Receiver'],
    ['receivers', 'Receiver'],
    ['alert-provider', 'Provider'],
    ['Provider', 'Provider'],
    ['alerts', 'Alert'],
  ])('are named by %s', (word, kind) => {
    expect(kindNamed(word)?.kind).toBe(kind);
  });

  it.each([
    [Receiver, { type: 'github', suspend: true }, { webhookPath: '/hook/1' }, ['github', '/hook/1']],
    [Provider, { type: 'slack', channel: 'general', address: 'https://secret' }, {}, ['slack', 'general']],
    [Alert, { providerRef: { name: 'chat' } }, {}, ['chat', 'info']],
    [Alert, {}, {}, ['', 'info']],
  ])('have more columns when wide, and none with a secret: $kind', (info, spec, status, cells) => {
    const row = rowFor(info, object(spec, status), { output: 'wide' });

    const header = headerFor(info, { output: 'wide' });
    expect(row).toHaveLength(header.length);
    expect(row.slice(header.indexOf('Message') + 1, -2)).toEqual(cells);
  });
});

describe('an object without runs', () => {
  it.each([Provider, Alert])('is no object of a run: $kind', (info) => {
    expect(refTo(info, 'apps', 'web')).toBeUndefined();
    expect(refOf({ flags: { namespace: 'apps' } } as never, [info.command, 'web'])).toBeUndefined();
    expect(refTo(Kustomization, 'apps', 'web')).toEqual({
      kind: 'Kustomization',
      namespace: 'apps',
      name: 'web',
    });
  });

  it('is not suspended for a time, as nobody would end it', async () => {
    const { code, stderr } = await pawlHere(['suspend', 'alert', 'web', '--until=2h']);

    expect(code).toBe(1);
    expect(stderr).toBe('✗ alert objects have no runs that could end it: leave out --until\n');
  });
});
