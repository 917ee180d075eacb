import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCliStage } from '../../support/cli-stage.ts';
import { notificationObjects } from '../../support/notification-objects.ts';
import { type Transcript } from '../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project e2e test/e2e/cli/notifications.test.ts
const { transcripts, home, run } = useCliStage(
  join(import.meta.dirname, 'notification-transcripts.json'),
  notificationObjects,
);

describe('shows what is told, and to whom, as flux does', () => {
  it.each([
    'get all -A',
    'get receivers -n told --status-selector ready=false',
    'get alert-providers -n told',
    'get alerts -A --status-selector ready!=true',
    'get alert apps -n told --status-selector ready=true',
    'get alert-provider nope -n told',
    'export receiver --all -n told',
    'export alert-provider chat -n told',
    'export alert --all -n told',
    'events --for Alert/apps -n told',
    'events --for Receiver/github -n told',
    'stats -A',
    'delete alert-provider -s',
  ])('%s', async (line) => {
    const transcript = await run(line);

    expect([transcript]).toEqual(transcripts.expected(line, [transcript]));
  });
});

it('operates them as flux does', async () => {
  const namespace = await home();
  const heard: Transcript[] = [];

  for (const line of [
    'create receiver web -n NS --type=github --secret-ref=token --resource=GitRepository/web',
    'create receiver web -n NS --type=gitlab --secret-ref=token --resource=GitRepository/web',
    'reconcile receiver web -n NS',
    'suspend receiver web -n NS',
    'reconcile receiver web -n NS',
    'resume receiver web -n NS',
    'delete receiver web -n NS -s',
    'create alert-provider chat -n NS --type=slack --secret-ref=chat',
    'suspend alert-provider chat nope -n NS',
    'resume alert-provider chat -n NS',
    'create alert apps -n NS --provider-ref=chat --event-source=Kustomization/*',
    'create alert apps -n NS --provider-ref=chat --event-source=Kustomization/*',
    'suspend alert --all -n NS',
    'resume alert --all -n NS --wait',
    'delete alert apps -n NS -s',
    'delete alert-provider chat -n NS -s',
  ]) {
    heard.push(await run(line, namespace));
  }

  expect(heard).toEqual(transcripts.expected('operates', heard));
});
