import { expect, it } from 'vitest';
import { askOthers } from '../../../../../activities/image/update/ask-others.ts';
import { makerOf } from '../../../../../activities/image/update/made-by.ts';
import type { Runs } from '../../../../../activities/runs.ts';
import { describeRef } from '../../../../../api/object-ref.ts';
import { automationObject, automationOf } from '../../../../support/image-automation.ts';
import { StoredObjects } from '../../../../support/stored-objects.ts';

const stored = (name: string, uid: string) => automationObject({}, { metadata: { name, uid } });
const maker = (name: string, uid: string) => makerOf(automationOf({}, { metadata: { name, uid } }));

it('those whose commits were taken off are asked, but not another of the same name, nor one that is gone', async () => {
  const asked: string[] = [];
  const request: Runs['request'] = async (ref, reason) => void asked.push(`${describeRef(ref)} ${reason}`);
  const { kube } = new StoredObjects(stored('here', '1'), stored('recreated', '3'));
  const makers = [maker('here', '1'), maker('recreated', '2'), maker('gone', '4')];

  await askOthers({ kube, runs: { request } as unknown as Runs }, makers);

  expect(asked).toEqual(['ImageUpdateAutomation/apps/here Source']);
});
