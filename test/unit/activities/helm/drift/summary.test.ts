import { describe, expect, it } from 'vitest';
import type { DriftEntry } from '../../../../../activities/helm/drift/detect.ts';
import { correctionEvent, driftMessage } from '../../../../../activities/helm/drift/summary.ts';

const RELEASE = 'apps/web.v3';

function entry(
  subject: string,
  kind: DriftEntry['kind'],
  ops: readonly DriftEntry['changes'][number]['op'][],
) {
  const desired = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  return { id: 'id', subject, kind, changes: ops.map((op) => ({ op, path: '/data' })), desired };
}

describe('the words of drift', () => {
  it('name each object and count what would change', () => {
    const entries = [
      entry('Secret/apps/key', 'removed', []),
      entry('StatefulSet/apps/db', 'excluded', []),
      entry('ClusterRole/web', 'changed', ['add', 'replace', 'replace', 'replace', 'remove', 'remove']),
    ];

    expect(driftMessage(RELEASE, { entries })).toBe(
      `Cluster state of release apps/web.v3 has drifted from the desired state:
Secret/apps/key removed
StatefulSet/apps/db excluded
ClusterRole/web changed (1 additions, 3 changes, 2 removals)`,
    );
  });

  it.each([
    { name: 'nothing was done', correction: { corrected: [], failures: [] }, event: undefined },
    {
      name: 'all is corrected',
      correction: { corrected: ['Service/apps/web created', 'ConfigMap/apps/web configured'], failures: [] },
      event: {
        type: 'Normal',
        reason: 'DriftCorrected',
        message: `Cluster state of release apps/web.v3 has been corrected:
Service/apps/web created
ConfigMap/apps/web configured`,
      },
    },
    {
      name: 'all is refused',
      correction: {
        corrected: [],
        failures: ['Service/apps/web creation failure: no', 'ConfigMap/apps/web patch failure: no'],
      },
      event: {
        type: 'Warning',
        reason: 'DriftCorrectionFailed',
        message: `Failed to correct cluster state of release apps/web.v3:
Service/apps/web creation failure: no
ConfigMap/apps/web patch failure: no`,
      },
    },
    {
      name: 'some is refused',
      correction: {
        corrected: ['Service/apps/web created'],
        failures: ['ConfigMap/apps/web patch failure: no'],
      },
      event: {
        type: 'Warning',
        reason: 'DriftCorrectionFailed',
        message: `Failed to partially correct cluster state of release apps/web.v3:
ConfigMap/apps/web patch failure: no

Successful corrections:
Service/apps/web created`,
      },
    },
  ])('tell of a correction when $name', ({ correction, event }) => {
    expect(correctionEvent(RELEASE, correction)).toEqual(event);
  });
});
