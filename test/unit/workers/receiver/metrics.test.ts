import { expect, it } from 'vitest';
import { NO_METRICS } from '../../../../activities/metrics.ts';
import { receiverObject } from '../../../support/hooks.ts';
import { startReceiverRig } from '../../../support/receiver-rig.ts';

it('every webhook is counted, by the type of its Receiver and what was answered', async () => {
  const receiver = receiverObject('generic-hmac');
  const seen: string[] = [];
  const metrics = {
    ...NO_METRICS,
    hooked: (type: string, status: number) => void seen.push(`${type} ${status}`),
  };
  const rig = await startReceiverRig([receiver], { metrics });
  const send = (path: string, method = 'POST') => fetch(rig.url + path, { method, body: '{}' });

  await send(receiver.status?.webhookPath ?? '');
  await send(`/hook/${'0'.repeat(64)}`);
  await send('/');

  expect(seen).toEqual(['generic-hmac 400', 'unknown 404', 'unknown 404']);
});
