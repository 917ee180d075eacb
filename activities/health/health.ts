/** How far an object is, in the words of kstatus. */
export const HealthStatus = {
  Current: 'Current',
  InProgress: 'InProgress',
  Failed: 'Failed',
  Terminating: 'Terminating',
  NotFound: 'NotFound',
  Unknown: 'Unknown',
} as const;
export type HealthStatus = (typeof HealthStatus)[keyof typeof HealthStatus];

export interface Health {
  readonly status: HealthStatus;
  /** Why, for a person. */
  readonly message: string;
}

export function current(message: string): Health {
  return { status: HealthStatus.Current, message };
}

export function inProgress(message: string): Health {
  return { status: HealthStatus.InProgress, message };
}

export function failing(message: string): Health {
  return { status: HealthStatus.Failed, message };
}

/** The first rule that says something decides; later ones are not asked. */
export function firstOf(
  rules: readonly (readonly [isBehind: boolean, message: string])[],
): Health | undefined {
  const behind = rules.find(([isBehind]) => isBehind);
  return behind && inProgress(behind[1]);
}
