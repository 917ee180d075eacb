import { Counter, Histogram, type Registry } from 'prom-client';
import { Outcome } from '../../workflows/outcome.ts';
import type { EndedPass } from '../../workflows/telemetry.ts';
import {
  createObjectHistogram,
  type Family,
  familyText,
  type Labelled,
  type ObjectHistogram,
  objectLabels,
} from './object-series.ts';

/** What the runs of this worker tell: how long they took and how they ended. */
export interface PassMetrics {
  passEnded(pass: EndedPass): void;
  /** The object is gone: its series go too. */
  forget(object: Labelled): void;
  /** The series of objects, beside what the registry has. */
  text(): string;
}

// Those of Flux's controllers, digit by digit: dashboards and rules may name them.
const DURATION_BUCKETS = [
  0.01, 0.038363583488692544, 0.1471764538093883, 0.5646216173286169, 2.166090855590701, 8.309900738254731,
  31.879757075478317, 122.30217221643493, 469.19495946736544, 1799.9999999999986,
];
const DURATION: Family = {
  name: 'gotk_reconcile_duration_seconds',
  help: 'How long a reconcile of an object took.',
  type: 'histogram',
};
const STEP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

// Who is not heard of for so long is reconciled elsewhere, or was deleted while another worker looked.
const IDLE_MS = 24 * 3_600_000;
const MOST_OBJECTS = 5_000;

/** An object has one series of each metric for as long as this worker reconciles it. */
export function createPassMetrics(registry: Registry, now: () => number = Date.now): PassMetrics {
  const registers = [registry];
  const ended = new Counter({
    name: 'pawl_reconciles_total',
    help: 'Reconciles that ended, by outcome and by what asked for them.',
    labelNames: ['kind', 'outcome', 'trigger'],
    registers,
  });
  const steps = new Histogram({
    name: 'pawl_step_duration_seconds',
    help: 'How long the steps of reconciles took.',
    labelNames: ['kind', 'step'],
    buckets: STEP_BUCKETS,
    registers,
  });
  /** The least recently heard of is first. */
  const heard = new Map<string, Heard>();

  const forget = (ref: Labelled) => void heard.delete(objectLabels(ref));

  function keep(ref: Labelled, seconds: number): void {
    const key = objectLabels(ref);
    const { histogram } = heard.get(key) ?? { histogram: createObjectHistogram(DURATION_BUCKETS) };
    histogram.observe(seconds);
    heard.delete(key);
    heard.set(key, { histogram, at: now() });
    for (const [oldest, { at }] of heard) {
      if (heard.size <= MOST_OBJECTS && now() - at <= IDLE_MS) break;
      heard.delete(oldest);
    }
  }

  return {
    passEnded({ ref, startedAt, endedAt, result }) {
      const { kind } = ref;
      const { outcome, trigger } = result;
      ended.inc({ kind, outcome, trigger });
      for (const { name: step, ms } of result.steps) steps.observe({ kind, step }, ms / 1000);
      if (outcome === Outcome.Deleted || outcome === Outcome.Gone) return forget(ref);
      keep(ref, Math.max(0, endedAt - startedAt) / 1000);
    },
    forget,
    text: () =>
      familyText(
        DURATION,
        [...heard].map(([labels, { histogram }]) => histogram.lines(DURATION.name, labels)),
      ),
  };
}

interface Heard {
  readonly histogram: ObjectHistogram;
  readonly at: number;
}
