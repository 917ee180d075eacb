import type { KubeObject } from '../../api/kube-object.ts';

/** A condition as any controller may write it: only what a health rule reads, empty where it is absent. */
export interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The value at a dotted path; undefined when a step of it is missing. */
export function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const key of path.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export function integerAt(object: KubeObject, path: string): number | undefined {
  const value = valueAt(object, path);
  return Number.isInteger(value) ? (value as number) : undefined;
}

/** A count of a status, which is absent while it is zero. */
export function countAt(object: KubeObject, path: string): number {
  return integerAt(object, path) ?? 0;
}

export function textAt(object: KubeObject, path: string): string {
  const value = valueAt(object, path);
  return typeof value === 'string' ? value : '';
}

/** The list at a path, without the entries that are no objects: custom resources hold what their authors let in. */
export function recordsAt(object: KubeObject, path: string): readonly Readonly<Record<string, unknown>>[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function conditionsOf(object: KubeObject): readonly ObjectCondition[] {
  return recordsAt(object, 'status.conditions').map((condition) => ({
    type: text(condition['type']),
    status: text(condition['status']),
    reason: text(condition['reason']),
    message: text(condition['message']),
  }));
}

/** The condition of a type, only while it has this status. */
export function conditionWith(
  conditions: readonly ObjectCondition[],
  type: string,
  status: 'True' | 'False' | 'Unknown',
): ObjectCondition | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === status);
}

/** A condition in words: its message, or its reason when it has none. */
export function wordsOf(condition: ObjectCondition): string {
  return condition.message || condition.reason || `${condition.type} is ${condition.status}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
