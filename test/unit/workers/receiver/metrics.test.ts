import { expect, it } from 'vitest';
import { type AnsweredWebhook, NO_METRICS } from '../../../../activities/metrics.ts';
import { receiverObject } from '../../../support/hooks.ts';
import { startReceiverRig } from '../../../support/receiver-rig.ts';

it('every webhook is counted and timed, by the type of its Receiver and what was answered', async () => {
  const receiver = receiverObject('generic-hmac');
  const seen: AnsweredWebhook[] = [];
  const metrics = { ...NO_METRICS, hooked: (webhook: AnsweredWebhook) => void seen.push(webhook) };
  const rig = await startReceiverRig([receiver], { metrics });
  const send = (path: string, method = 'POST') => fetch(rig.url + path, { method, body: '{}' });

  await send(receiver.status?.webhookPath ?? '');
  await send(`/hook/${'0'.repeat(64)}`);
  await send('/', 'PUT');

  const words = seen.map(({ type, method, status }) => `${method} ${type} ${status}`);
  expect(words).toEqual(['POST generic-hmac 400', 'POST unknown 404', 'PUT unknown 404']);
  for (const { seconds } of seen) expect(seconds).toBeGreaterThan(0);
});
