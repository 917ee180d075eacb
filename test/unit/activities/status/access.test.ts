import { expect, it } from 'vitest';
import { checkCrossNamespace } from '../../../../activities/status/access.ts';

const foreign = { kind: 'GitRepository', namespace: 'other', name: 'fleet' };

it.each([
  ['a reference without a namespace', [{ kind: 'GitRepository', name: 'fleet' }], true],
  ['a reference into its own namespace', [{ ...foreign, namespace: 'team' }], true],
  ['a reference elsewhere where that is allowed', [foreign], false],
  ['no reference at all', [], true],
])('allows %s', (_name, references, noCrossNamespaceRefs) => {
  expect(() => checkCrossNamespace('team', references, noCrossNamespaceRefs)).not.toThrow();
});

it.each([
  ['a source', [foreign], "can't access 'GitRepository/other/fleet'"],
  [
    'a dependency among others',
    [
      { kind: 'Kustomization', name: 'a' },
      { ...foreign, kind: 'Kustomization' },
    ],
    "'Kustomization/other/fleet'",
  ],
])('refuses %s elsewhere where that is forbidden', (_name, references, message) => {
  const check = () => checkCrossNamespace('team', references, true);

  expect(check).toThrow(message);
  expect(check).toThrow(
    expect.objectContaining({ type: 'AccessDenied', nonRetryable: true, details: [{ stalled: true }] }),
  );
});
