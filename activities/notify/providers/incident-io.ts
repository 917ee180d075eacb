import type { Sender } from '../contract.ts';
import { postJson } from '../post-json.ts';
import { messageOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';
import { bearer } from './needed.ts';

const LONGEST_TEXT = 16 * 1024;

/**
 * incident.io: an HTTP alert source. An error fires the alert of its object, all else resolves it. Nothing is told of
 * what still progresses.
 */
export const sendIncidentIo: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  if (event.reason === 'Progressing') return;
  const title = titleOf(event);
  await postJson(deps, delivery, {
    service: 'incident.io',
    address: recipient.address,
    authorization: bearer(recipient),
    body: {
      title: `${title}: ${event.reason}`,
      status: event.severity === 'error' ? 'firing' : 'resolved',
      deduplication_key: event.involvedObject.uid || title,
      description: messageOf(event, LONGEST_TEXT),
      metadata: {
        ...event.metadata,
        severity: event.severity,
        reason: event.reason,
        ...(event.reportingController !== '' && { reportingController: event.reportingController }),
      },
    },
    explain,
  });
};
