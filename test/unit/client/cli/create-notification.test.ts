import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pawlHere } from '../../../support/pawl-here.ts';
import { FLUX, openTranscripts, runFlux } from '../../../support/transcripts.ts';

// To record anew: PAWL_RECORD_FLUX=/path/to/flux vitest run --project unit test/unit/client/cli/create-notification.test.ts
const transcripts = openTranscripts(join(import.meta.dirname, 'create-notification-transcripts.json'));
afterAll(() => transcripts.save());

describe('create prints and refuses what flux does', () => {
  it.each([
    'receiver web --type=github --secret-ref=token --resource=GitRepository/web',
    'receiver web --type=generic-hmac --event=ping,push --event=tag --secret-ref=token --resource=GitRepository/web,HelmRepository/web -n apps',
    'receiver web --type=gcr --secret-ref=token --resource=ImageRepository/* --label=team=web --interval=5m',
    'receiver web --type=gcr --secret-ref=token --resource=web',
    'receiver web --type=gcr --secret-ref=token --resource=a/b/c',
    'receiver web --type=gcr --secret-ref=token',
    'receiver web --type=gcr --resource=GitRepository/web',
    'receiver web --type=generic-oidc --secret-ref=token --resource=GitRepository/web',
    'receiver web --type= --secret-ref=token --resource=GitRepository/web',
    'receiver web --secret-ref=token --resource=GitRepository/web',
    'alert-provider chat --type=slack --channel=general --address=https://chat.example.com/hook',
    'alert-provider chat --type=matrix --username=pawl --secret-ref=chat -n apps --label=a=b',
    'alert-provider chat --type=made-up',
    'alert-provider chat',
    'alert apps --provider-ref=chat --event-source=Kustomization/*',
    'alert apps --provider-ref=chat --event-source=Kustomization/web.apps,GitRepository/web --event-severity=error',
    'alert apps --provider-ref=chat --event-source=HelmRelease/a.b.c -n apps --label=a=b',
    'alert apps --provider-ref=chat --event-source=web',
    'alert apps --provider-ref=chat',
    'alert apps --event-source=Kustomization/*',
    'alert Apps --provider-ref=chat --event-source=Kustomization/*',
  ])('%s', async (line) => {
    const args = ['create', ...line.split(' '), '--export'];

    const transcript = await (FLUX ? runFlux(FLUX, args) : pawlHere(args));

    expect([transcript]).toEqual(transcripts.expected(line, [transcript]));
  });
});
