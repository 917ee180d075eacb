import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../../activities/metrics.ts';
import type { WatchObserver } from '../watch/observer.ts';
import { createPassMetrics, type PassMetrics } from './pass-metrics.ts';
import { createWatchMetrics } from './watch-metrics.ts';

/** All that a worker measures of itself. Each worker has its own; nothing is kept in the process's global registry. */
export interface WorkerMetrics {
  /** All of it in Prometheus' text format. */
  page(): Promise<string>;
  readonly passes: Pick<PassMetrics, 'passEnded'>;
  readonly watch: WatchObserver;
  /** For steps and servers. */
  readonly told: Metrics;
  /** The process stood still for long enough to lose its work. */
  stoodStill(): void;
  /** A number that is asked for when the page is read, by the value of one label. */
  gauge(name: string, help: string, label: string, read: Read): void;
}

type Numbers = Readonly<Record<string, number>>;
type Read = () => Numbers | Promise<Numbers>;

export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const passes = createPassMetrics(registry);
  const watch = createWatchMetrics({ registry, onGone: (object) => passes.forget(object) });
  const still = new Counter({
    name: 'pawl_stood_still_total',
    help: 'How often the process stood still for so long that its begun work was void.',
    registers,
  });
  return {
    page: async () => (await registry.metrics()) + passes.text() + watch.text(),
    passes,
    watch,
    told: createTold(registry),
    stoodStill: () => still.inc(),
    gauge(name, help, label, read) {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        async collect() {
          const numbers = await read();
          this.reset();
          for (const [value, number] of Object.entries(numbers)) this.set({ [label]: value }, number);
        },
      });
    },
  };
}

function createTold(registry: Registry): Metrics {
  const registers = [registry];
  const deliveries = new Counter({
    name: 'pawl_deliveries_total',
    help: 'Attempts to tell somebody outside, by the type of the Provider.',
    labelNames: ['provider', 'result'],
    registers,
  });
  const hooks = new Counter({
    name: 'pawl_webhooks_total',
    help: 'Webhooks that were answered, by the type of the Receiver and the HTTP status.',
    labelNames: ['type', 'status'],
    registers,
  });
  const answers = new Histogram({
    name: 'gotk_receiver_http_request_duration_seconds',
    help: 'How long webhooks took to be answered.',
    labelNames: ['service', 'handler', 'method', 'code'],
    // Bounds and labels as notification-controller has them; there is one service and one handler.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    delivered: (provider, result) => deliveries.inc({ provider, result }),
    hooked({ type, method, status, seconds }) {
      const code = String(status);
      hooks.inc({ type, status: code });
      answers.observe({ service: '', handler: '/hook/', method, code }, seconds);
    },
  };
}
