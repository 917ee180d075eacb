import { expect, it } from 'vitest';
import { type AnsweredWebhook, NO_METRICS } from '../../../../activities/metrics.ts';
import { receiverObject } from '../../../support/hooks.ts';
import { startReceiverRig } from '../../../support/receiver-rig.ts';

it('every webhook is counted and timed, by the type of its Receiver and what was answered', async () => {
  const receiver = receiverObject('generic-hmac');
  const seen: string[] = [];
  const metrics = {
    ...NO_METRICS,
    hooked: ({ type, method, status, seconds }: AnsweredWebhook) => {
      seen.push(`${method} ${type} ${status}`);
      expect(seconds).toBeGreaterThan(0);
    },
  };
  const rig = await startReceiverRig([receiver], { metrics });
  const send = (path: string, method = 'POST') => fetch(rig.url + path, { method, body: '{}' });

  await send(receiver.status?.webhookPath ?? '');
  await send(`/hook/${'0'.repeat(64)}`);
  await send('/', 'PUT');

  expect(seen).toEqual(['POST generic-hmac 400', 'POST unknown 404', 'PUT unknown 404']);
});
