import type { Recipient, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { metadataOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';
import { basic, bearer } from './needed.ts';

const LONGEST_VALUE = 500;

/** Grafana: an annotation in Graphite's form, with the event's object and metadata as its tags. */
export const sendGrafana: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  await postJson(deps, delivery, {
    service: 'Grafana',
    address: recipient.address,
    authorization: authorizationOf(recipient),
    body: {
      when: Math.floor(Date.parse(event.timestamp) / 1000),
      text: titleOf(event),
      tags: tagsOf(event),
    },
    explain,
  });
};

function tagsOf(event: FluxEvent): readonly string[] {
  const { kind, name, namespace } = event.involvedObject;
  // A colon parts a tag's key from its value.
  const metadata = metadataOf(event, { value: LONGEST_VALUE }).map(
    ([key, value]) => `${key.replaceAll(':', '|')}: ${value.replaceAll(':', '|')}`,
  );
  return [
    'flux',
    event.reportingController,
    ...metadata,
    `kind: ${kind}`,
    `name: ${name}`,
    `namespace: ${namespace}`,
  ];
}

function authorizationOf(recipient: Recipient): string | undefined {
  return recipient.token === '' ? basic(recipient) : bearer(recipient);
}
