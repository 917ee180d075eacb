import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { checkObject } from '../../../../activities/observe/check.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import type { Kind } from '../../../../api/object-ref.ts';
import { receiverObject, TOKEN } from '../../../support/hooks.ts';
import { imageObject } from '../../../support/image-scan.ts';
import { tokenSecret } from '../../../support/receiver-rig.ts';
import { StoredObjects } from '../../../support/stored-objects.ts';

const STEP = { signal: new AbortController().signal } as Parameters<typeof checkObject>[2];

async function asked(object: KubeObject, isRetry?: boolean): Promise<readonly string[]> {
  const triggers: string[] = [];
  // Cast: a look that the status answers uses no more.
  const deps = {
    kube: new StoredObjects(object, tokenSecret(`not ${TOKEN}`)).kube,
    runs: { request: async (_ref: object, trigger: string) => void triggers.push(trigger) },
  } as unknown as Deps;
  const { namespace = '', name } = object.metadata;
  const input = { ref: { kind: object.kind as Kind, namespace, name }, ...(isRetry && { isRetry }) };
  await checkObject(deps, input, STEP);
  return triggers;
}

const FAILED = { type: 'Ready', status: 'False', reason: 'ReadOperationFailed', message: '' };
const failing = imageObject('registry.example/web', { status: { conditions: [FAILED] } });

describe('a tick asks for a run', () => {
  it.each([
    ['by the interval', undefined, 'Interval'],
    ['after a back-off', true, 'Retry'],
  ])('%s', async (_name, isRetry, trigger) => {
    expect(await asked(failing, isRetry)).toEqual([trigger]);
  });

  it('by the interval, where the retry has been overtaken', async () => {
    const metadata = { name: 'home', namespace: 'apps', generation: 1 };
    const status = { observedGeneration: 1, conditions: [{ ...FAILED, status: 'True' }] };
    const automation = { apiVersion: 'x/v1', kind: 'ImageUpdateAutomation', metadata, status };

    expect(await asked(automation, true)).toEqual(['Interval']);
  });

  it('for what it found, where that is more than the clock', async () => {
    expect(await asked(receiverObject('github') as unknown as KubeObject, true)).toEqual(['Config']);
  });
});
