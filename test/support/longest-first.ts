import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files of `test/e2e/` that take more than half a minute, with their seconds on two quiet cores. */
export const LONG: Readonly<Record<string, number>> = {
  'nothing-lost': 316,
  'take-over': 209,
  'helm/killed-in-install': 185,
  'helm/cut-off': 163,
  'helm/killed-after-upgrade': 155,
  'helm/killed-in-upgrade': 155,
  'helm/charts': 141,
  outages: 106,
  'images/killed': 100,
  'helm/interrupted': 92,
  'helm/remediation': 74,
  schedules: 73,
  demo: 66,
  'images/operations': 60,
  'notify/receiver': 60,
  'notify/outbox': 60,
  'helm/bad-repositories': 56,
  'helm/refused-charts': 48,
  'bad-input': 47,
  'helm/bad-archives': 47,
  'helm/superseded': 46,
  'cli/helm': 43,
  'helm/bad-input': 43,
  'helm/records': 43,
  health: 42,
  'helm/secrecy': 38,
  'cli/operate-hr': 35,
  'helm/bad-charts': 34,
  'helm/bad-values': 33,
  suspend: 31,
};

/**
 * The order in which vitest starts files: the long ones of a group first, so that none of them runs on alone at the
 * end. Vitest's own order, by size where it has not run before, decides among the others. A row that is missing or
 * outdated costs time and nothing else.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}

/** What of a file decides about its place. */
export interface Placed {
  readonly moduleId: string;
  readonly project: { readonly config: { readonly sequence: { readonly groupOrder: number } } };
}

export function longestFirst<T extends Placed>(files: readonly T[]): T[] {
  return files.toSorted((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a));
}

function groupOf({ project }: Placed): number {
  return project.config.sequence.groupOrder;
}

function secondsOf({ moduleId }: Placed): number {
  const [, name = ''] = /\/test\/e2e\/(.+)\.test\.ts$/.exec(moduleId) ?? [];
  return LONG[name] ?? 0;
}
