import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Notified } from '../../workflows/notify.ts';
import { notifyRig, PATIENCE, routeTo } from '../support/notify-rig.ts';
import { untilCancelled } from '../support/until-cancelled.ts';
import { CLUSTER } from '../support/workflow-rig.ts';

const rig = notifyRig();
const QUICK = { memoryMs: 1, times: { retryMs: 10 } };
const LONG = { memoryMs: 3_600_000, times: { retryMs: 10 } };

async function ended(key: string): Promise<Notified> {
  return (await rig.client.workflow.getHandle(`${CLUSTER}/Event/${key}`).result()) as Notified;
}

describe('an event', () => {
  it('is told to each Alert that wants it', async () => {
    const [one, two] = [routeTo(), routeTo()];
    rig.stage.routes.push(one, two);
    const notice = rig.notice();

    await rig.notices(QUICK).tell(notice);

    const { alerts } = await ended(notice.key);
    expect(alerts.toSorted()).toEqual(
      [one, two].map(({ alert }) => `${alert.namespace}/${alert.name}: told`).toSorted(),
    );
    expect(rig.stage.attempts.map(({ events }) => events)).toEqual([[notice.event], [notice.event]]);
  });

  it('is told to those whom it names, without a look at who wants it now', async () => {
    const { key, event } = rig.notice();

    await rig.notices(QUICK).tell({ key, event, routes: [routeTo()] });

    expect((await ended(key)).alerts).toEqual([expect.stringMatching(/: told$/)]);
    expect(rig.stage.routed).toEqual([]);
  });

  it('that may not be told at once is told all the same', async () => {
    rig.stage.routes.push(routeTo());
    rig.stage.admits = false;
    const notice = rig.notice();

    await rig.notices(QUICK).tell(notice);

    expect((await ended(notice.key)).alerts).toEqual([expect.stringMatching(/: told$/)]);
    expect(rig.stage.attempts).toHaveLength(1);
  });

  it('is tried again while the service fails, under the same key, and its owner hears of it', async () => {
    rig.stage.routes.push(routeTo());
    const notice = rig.notice();
    rig.stage.deliver = async (attempt) => {
      if (attempt < 8)
        throw ApplicationFailure.retryable(`attempt ${attempt} failed`, 'NotificationDispatchFailed');
      return true;
    };

    await rig.notices(QUICK).tell(notice);

    expect((await ended(notice.key)).alerts).toEqual([expect.stringMatching(/: told$/)]);
    expect(rig.stage.attempts).toHaveLength(8);
    expect(new Set(rig.stage.attempts.map(({ key }) => key)).size).toBe(1);
    expect(rig.stage.warnings).toMatchObject([{ message: 'attempt 5 failed', isFinal: false }]);
  });

  it('is given up where only a change of the Provider helps', async () => {
    rig.stage.routes.push(routeTo());
    const notice = rig.notice();
    rig.stage.deliver = async () => {
      throw ApplicationFailure.nonRetryable('the server answers HTTP 401', 'NotificationDispatchFailed');
    };

    await rig.notices(QUICK).tell(notice);

    expect((await ended(notice.key)).alerts).toEqual([expect.stringMatching(/: failed$/)]);
    expect(rig.stage.attempts).toHaveLength(1);
    expect(rig.stage.warnings).toMatchObject([{ message: 'the server answers HTTP 401', isFinal: true }]);
  });

  it('of one Alert does not wait for that of another', async () => {
    const [down, up] = [routeTo(), routeTo()];
    const letGo = Promise.withResolvers<void>();
    rig.stage.routes.push(down, up);
    const told: string[] = [];
    rig.stage.deliver = async (_attempt, { alert }) => {
      if (alert.name === down.alert.name && told.length === 0) throw new Error('down');
      told.push(alert.name);
      if (told.length === 1) letGo.resolve();
      return true;
    };

    await rig.notices(QUICK).tell(rig.notice());
    await letGo.promise;

    await expect.poll(() => told, PATIENCE).toEqual([up.alert.name, down.alert.name]);
  });

  it('survives the worker that was about to tell it', async () => {
    rig.stage.routes.push(routeTo());
    rig.stage.admits = false;
    const notice = rig.notice();
    const began = Promise.withResolvers<void>();
    rig.stage.deliver = (attempt) => {
      began.resolve();
      return attempt === 1 ? untilCancelled() : Promise.resolve(true);
    };
    await rig.notices(QUICK).tell(notice);
    await began.promise;

    await rig.restartWorker();

    expect((await ended(notice.key)).alerts).toEqual([expect.stringMatching(/: told$/)]);
  });
});

describe('a repetition', () => {
  it('within the time is dropped, although the first one has ended', async () => {
    rig.stage.routes.push(routeTo());
    const notice = rig.notice();
    const notices = rig.notices(LONG);
    await notices.tell(notice);
    await ended(notice.key);

    const again = await Promise.all([notices.tell(notice), notices.tell(notice)]);

    const { startTime } = await rig.client.workflow.getHandle(`${CLUSTER}/Event/${notice.key}`).describe();
    expect(again).toEqual([startTime, startTime]);

    expect(rig.stage.attempts).toHaveLength(1);
    expect(rig.stage.routed).toHaveLength(1);
  });

  it('that others see at the same time is dropped', async () => {
    rig.stage.routes.push(routeTo());
    const notice = rig.notice();
    const notices = rig.notices(LONG);

    await Promise.all(Array.from({ length: 5 }, () => notices.tell(notice)));
    await ended(notice.key);

    expect(rig.stage.routed).toHaveLength(1);
  });

  it('of one that nobody can have heard of is told', async () => {
    rig.stage.routes.push(routeTo());
    const notice = rig.notice();
    rig.stage.admits = false;
    rig.stage.deliver = () => untilCancelled();
    const notices = rig.notices(LONG);
    await notices.tell(notice);
    await rig.client.workflow.getHandle(`${CLUSTER}/Event/${notice.key}`).terminate();
    rig.stage.deliver = async () => true;

    await notices.tell(notice);

    expect((await ended(notice.key)).alerts).toEqual([expect.stringMatching(/: told$/)]);
  });

  it.each([{ admits: true }, { admits: false }])(
    'after the time is told, also while the first is on its way, at once or not: $admits',
    async ({ admits }) => {
      rig.stage.routes.push(routeTo());
      rig.stage.admits = admits;
      const notice = rig.notice();
      const letGo = Promise.withResolvers<boolean>();
      rig.stage.deliver = (attempt) => (attempt === 2 ? letGo.promise : Promise.resolve(true));
      const notices = rig.notices(QUICK);
      await notices.tell(notice);
      await ended(notice.key);

      await notices.tell(notice);
      await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(2);
      await notices.tell(notice);
      await expect.poll(() => rig.stage.attempts, PATIENCE).toHaveLength(3);
      letGo.resolve(true);

      await ended(notice.key);
      expect(new Set(rig.stage.attempts.map(({ key }) => key)).size).toBe(3);
    },
  );
});
