import { expect, it } from 'vitest';
import type { FluxEvent } from '../../../../activities/notify/event.ts';
import { eventJson } from '../../../../activities/notify/event-json.ts';
import { golden } from '../../../support/golden.ts';

interface Row {
  readonly event: FluxEvent;
  readonly json: string;
  readonly signature: string;
}

const { rows } = golden<{ readonly key: string }, Row>('activities/notify/fixtures/event.json');

it.each(rows.map((row, index) => ({ index, ...row })))(
  'event $index is encoded byte for byte as by encoding/json',
  ({ event, json }) => {
    expect(eventJson(event)).toBe(json);
  },
);

it('half a surrogate pair becomes what Go makes of bytes that are no text', () => {
  expect(eventJson({ ...rows[0]!.event, message: 'a\ud800b' })).toContain('"message":"a\ufffdb"');
});
