import { ParentClosePolicy, startChild, uuid4, workflowInfo } from '@temporalio/workflow';
import { type DeliverInput, type DeliveryTimes, deliverAlert, type Message } from './deliver.ts';

/** Has a message told by a workflow of its own, which outlives this one; resolves once it is durable. */
export async function startDelivery(message: Omit<Message, 'key'>, times: DeliveryTimes): Promise<void> {
  const key = uuid4();
  const input: DeliverInput = { ...message, key, times };
  await startChild(deliverAlert, {
    workflowId: `${workflowInfo().workflowId}/${key}`,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
}
