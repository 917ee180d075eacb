import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { HISTORIES, withoutMachine } from '../support/recorded-history.ts';
import { CASES, type Case, type Recorded } from './cases.ts';
import { HELM_CASES } from './helm-cases.ts';
import { playHelm } from './helm-story.ts';
import { IMAGE_CASES } from './image-cases.ts';
import { playImages } from './image-story.ts';
import { NOTIFICATION_CASES } from './notification-cases.ts';
import { playNotifications } from './notification-story.ts';
import { answerOf, Stage } from './stage.ts';
import { play } from './story.ts';

/**
 * Records the histories that replay.test.ts replays, from real runs against a real cluster:
 *
 *     node test/replay/record.ts [case…]
 *
 * With names of cases (see cases.ts, helm-cases.ts, image-cases.ts, notification-cases.ts) only these are written. A file has the day in its name. A history that
 * an earlier release wrote is never overwritten to make a test pass: the change of the workflow is wrong then,
 * or needs a patch, and the new path a new file. No test runs this.
 */

interface Run extends Recorded {
  readonly history: unknown;
}

interface RecordedEvent {
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly continuedExecutionRunId?: string };
}

async function recorded(client: Client): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for await (const { workflowId, runId, type, status } of client.workflow.list()) {
    // The server's own: schedules are workflows too.
    if (workflowId.startsWith('temporal-sys-')) continue;
    const json = historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
    const history = JSON.parse(json) as { readonly events: readonly RecordedEvent[] };
    // One that continues as new has no answer of its own.
    const hasEnded = status.name !== 'RUNNING' && status.name !== 'CONTINUED_AS_NEW';
    const answer = hasEnded ? await answerOf(client, workflowId, runId) : { result: undefined, passes: [] };
    const events = history.events.map(({ eventType }) => eventType);
    const [{ workflowExecutionStartedEventAttributes: start } = {}] = history.events;
    const isContinuation = Boolean(start?.continuedExecutionRunId);
    runs.push({ type, status: status.name, events, isContinuation, history, ...answer });
  }
  // As they happened.
  return runs.reverse();
}

interface Story {
  readonly play: (stage: Stage) => Promise<void>;
  readonly cases: readonly Case[];
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

// Histories become long after a few events instead of thousands.
const SHORT_HISTORIES = { 'limit.historyCount.suggestContinueAsNew': '40' };

const STORIES: readonly Story[] = [
  { play, cases: CASES },
  { play: playHelm, cases: HELM_CASES },
  { play: playImages, cases: IMAGE_CASES },
  { play: playNotifications, cases: NOTIFICATION_CASES, dynamicConfig: SHORT_HISTORIES },
];

const names = process.argv.slice(2);
for (const story of STORIES) {
  const wanted = story.cases.filter(({ name }) => names.length === 0 || names.includes(name));
  if (wanted.length > 0) await record(story, wanted);
}

async function record({ play: playStory, dynamicConfig }: Story, wanted: readonly Case[]): Promise<void> {
  const stage = await Stage.open({ ...(dynamicConfig && { dynamicConfig }) });
  try {
    await playStory(stage);
    save(await recorded(stage.client), wanted);
  } finally {
    await stage.stop();
  }
}

function save(runs: readonly Run[], wanted: readonly Case[]): void {
  const today = new Date().toISOString().slice(0, 10);
  for (const { name, matches } of wanted) {
    const run = runs.find(matches);
    if (run) {
      const file = join(HISTORIES, `${name}-${today}.json`);
      writeFileSync(file, `${JSON.stringify(withoutMachine(run.history), null, 1)}\n`);
    } else process.exitCode = 1;
    console.log(
      run ? `✓ ${name} (${run.events.length} events)` : `✗ ${name}: no run of the story was like that`,
    );
  }
}
