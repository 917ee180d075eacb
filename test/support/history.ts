import type { WorkflowHandle } from '@temporalio/client';

/** A history's events as numbers of where things stand in it. */
export interface Timeline {
  /** The ids of the events that signals left. */
  readonly signals: readonly number[];
  /** The ids of the markers that a local step left. */
  marks(step: string): readonly number[];
}

export async function timelineOf(handle: WorkflowHandle): Promise<Timeline> {
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  return {
    signals: all
      .filter((event) => event.workflowExecutionSignaledEventAttributes)
      .map(({ eventId }) => Number(eventId)),
    marks: (step) =>
      all
        .filter(({ markerRecordedEventAttributes: marker }) => {
          const data = marker?.details?.['data']?.payloads?.[0]?.data;
          return data && Buffer.from(data).toString().includes(`"activity_type":"${step}"`);
        })
        .map(({ eventId }) => Number(eventId)),
  };
}
