import { randomBytes } from 'node:crypto';
import { type Client, Client as TemporalClient, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { Kind, type ObjectRef, workflowId } from '../../api/object-ref.ts';
import { type ObjectSignal, signalObject } from '../../client/objects.ts';
import { connectTemporal } from '../../client/temporal.ts';
import { loadWorkflowBundle } from '../../workers/bundle.ts';
import { type PassResult, requestReconcile, Trigger } from '../../workflows/messages.ts';
import { type Call, fakeActivities } from './fake-activities.ts';

export const CLUSTER = 'test';

/** Where a rig finds Temporal. */
export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

/** How a run ended. */
export interface RunEnd {
  readonly status: string;
  readonly passes: readonly PassResult[];
  /** Of a failed run. */
  readonly failure?: { readonly type: string; readonly message: string };
}

/** An object of which only its workflow is real: the steps are fakes of its own. */
export class FakeObject {
  readonly ref: ObjectRef;
  readonly id: string;
  readonly calls: readonly Call[];
  readonly client: Client;

  constructor(client: Client, ref: ObjectRef, calls: readonly Call[]) {
    this.client = client;
    this.ref = ref;
    this.id = workflowId(CLUSTER, ref);
    this.calls = calls;
  }

  /** The names of the steps that ran, in order. */
  get steps(): readonly string[] {
    return this.calls.map(({ step }) => step);
  }

  count(step: keyof Activities): number {
    return this.calls.filter((call) => call.step === step).length;
  }

  inputOf(step: keyof Activities): unknown {
    return this.calls.find((call) => call.step === step)?.input;
  }

  /** Signals as the engine does; resolves to the run that got it. */
  tell<Request>(signal: ObjectSignal<Request>): Promise<string> {
    return signalObject(this.client, CLUSTER, this.ref, signal);
  }

  request(trigger: Trigger = Trigger.Request): Promise<string> {
    return this.tell({ signal: requestReconcile, request: { reason: trigger }, trigger });
  }

  /** Signals and waits for the end of the run that got it. */
  async run(trigger?: Trigger): Promise<RunEnd> {
    return this.end(await this.request(trigger));
  }

  handle(runId?: string) {
    return this.client.workflow.getHandle(this.id, runId);
  }

  async end(runId?: string): Promise<RunEnd> {
    try {
      const { passes } = (await this.handle(runId).result()) as { passes: PassResult[] };
      return { status: 'COMPLETED', passes };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure))
        throw error;
      const { type, message, details } = error.cause;
      const [detail] = (details ?? []) as readonly { readonly passes?: PassResult[] }[];
      return { status: 'FAILED', passes: detail?.passes ?? [], failure: { type: type ?? '', message } };
    }
  }
}

export interface Rig {
  readonly client: Client;
  readonly taskQueue: string;
  /** A new object with steps that answer as {@link fakeActivities} does. */
  object(kind: Kind, overrides?: Partial<Activities>): FakeObject;
  kustomization(overrides?: Partial<Activities>): FakeObject;
  gitRepository(overrides?: Partial<Activities>): FakeObject;
}

type Watch = (input: unknown) => Promise<void>;

export interface RigOptions {
  /** The server of the whole run by default. */
  readonly temporal?: () => TemporalAddress;
  readonly watchCluster?: Watch;
}

/** A worker with the real workflows and fake steps for all tests of a file, on a task queue of its own. */
export function workflowRig({ temporal = () => inject('temporal'), watchCluster }: RigOptions = {}): Rig {
  const taskQueue = `test-${randomBytes(6).toString('hex')}`;
  const objects = new Map<string, Activities>();
  let opened: { readonly client: Client; stop(): Promise<void> } | undefined;
  const client = () => {
    if (!opened) throw new Error('the rig is not up yet');
    return opened.client;
  };
  beforeAll(async () => {
    opened = await open(temporal(), taskQueue, {
      ...dispatching(objects),
      ...(watchCluster && { watchCluster }),
    });
  });
  afterAll(() => opened?.stop());

  const object: Rig['object'] = (kind, overrides) => {
    const ref = { kind, namespace: 'flux-system', name: `object-${randomBytes(6).toString('hex')}` };
    const { activities, calls } = fakeActivities(overrides);
    objects.set(ref.name, activities);
    return new FakeObject(client(), ref, calls);
  };
  return {
    get client() {
      return client();
    },
    taskQueue,
    object,
    kustomization: (overrides) => object(Kind.Kustomization, overrides),
    gitRepository: (overrides) => object(Kind.GitRepository, overrides),
  };
}

/** Each step goes to the fakes of the object that it is about. */
function dispatching(objects: ReadonlyMap<string, Activities>): object {
  const names = Object.keys(fakeActivities().activities) as (keyof Activities)[];
  const dispatch = (step: keyof Activities) => (input: { readonly ref: ObjectRef }) => {
    const fake = objects.get(input.ref.name)?.[step] as ((input: unknown) => Promise<unknown>) | undefined;
    if (!fake) throw ApplicationFailure.nonRetryable(`${input.ref.name} is not an object of this test`);
    return fake(input);
  };
  return Object.fromEntries(names.map((step) => [step, dispatch(step)]));
}

async function open({ address, namespace }: TemporalAddress, taskQueue: string, activities: object) {
  silence();
  const [{ connection }, native, workflowBundle] = await Promise.all([
    connectTemporal({ address, namespace }),
    NativeConnection.connect({ address }),
    loadWorkflowBundle(),
  ]);
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle,
    activities,
    // What still waits at the end of a file is of no use to anybody.
    shutdownGraceTime: 0,
    shutdownForceTime: '5s',
  });
  const running = worker.run();
  return {
    client: redirected(connection, namespace, taskQueue),
    async stop() {
      worker.shutdown();
      await running;
      await Promise.all([native.close(), connection.close()]);
    },
  };
}

/** The engine's client code names the engine's task queue: here it goes to the rig's own. */
function redirected(connection: Client['connection'], namespace: string, taskQueue: string): Client {
  return new TemporalClient({
    connection,
    namespace,
    interceptors: {
      workflow: [
        {
          signalWithStart: (input, next) => next({ ...input, options: { ...input.options, taskQueue } }),
          startWithDetails: (input, next) => next({ ...input, options: { ...input.options, taskQueue } }),
        },
      ],
      schedule: [
        {
          create(input, next) {
            const { options } = input;
            return next({ ...input, options: { ...options, action: { ...options.action, taskQueue } } });
          },
        },
      ],
    },
  });
}

// Failing runs are what many tests are about.
function silence(): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}
