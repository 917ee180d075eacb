import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf, metadataOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';

// A message holds 28 KiB in all.
const LONGEST = { text: 5000, value: 1000, all: 3500 };

/** Microsoft Teams: an Adaptive Card for a webhook of a workflow, the older card for a connector of Office 365. */
export const sendMsTeams: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  await postJson(deps, delivery, {
    service: 'Microsoft Teams',
    address: recipient.address,
    body: isConnector(recipient.address) ? connectorCard(event) : adaptiveCard(event),
    explain,
  });
};

function isConnector(address: string): boolean {
  return URL.canParse(address) && new URL(address).hostname.endsWith('.webhook.office.com');
}

function connectorCard(event: FluxEvent): object {
  const title = titleOf(event);
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: event.severity === 'error' ? 'FF0000' : '0076D7',
    summary: title,
    sections: [
      {
        activityTitle: messageOf(event, LONGEST.text),
        activitySubtitle: title,
        facts: metadataOf(event, LONGEST).map(([name, value]) => ({ name, value })),
      },
    ],
  };
}

function adaptiveCard(event: FluxEvent): object {
  const facts = metadataOf(event, LONGEST).map(([title, value]) => ({ title, value }));
  const attention = event.severity === 'error' ? { color: 'attention' } : {};
  const items = [
    { type: 'TextBlock', text: titleOf(event), size: 'large', weight: 'bolder', wrap: true },
    { type: 'TextBlock', text: messageOf(event, LONGEST.text), ...attention, wrap: true },
    { type: 'FactSet', ...(facts.length > 0 && { facts }) },
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4', // the newest that Teams shows
    body: [{ type: 'Container', items }],
    msteams: { width: 'Full' },
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  };
}
