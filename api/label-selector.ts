import type { z } from 'zod';
import type { labelSelector } from './fields.ts';

export type LabelSelector = z.infer<typeof labelSelector>;
type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];
type Labels = Readonly<Record<string, string>>;

/**
 * Compiles a label selector of the Kubernetes API; none, and an empty one, select everything. Throws an Error with
 * the words of the API for an operator that there is not, and for values that do not go with one.
 */
export function compileSelector(selector: LabelSelector | undefined): (labels: Labels) => boolean {
  const equal = Object.entries(selector?.matchLabels ?? {});
  const requirements = (selector?.matchExpressions ?? []).map(compileRequirement);
  return (labels) =>
    equal.every(([key, value]) => labels[key] === value) && requirements.every((isMet) => isMet(labels));
}

function compileRequirement({ key, operator, values = [] }: Requirement): (labels: Labels) => boolean {
  const some = new Set(values);
  switch (operator) {
    case 'In':
    case 'NotIn': {
      if (some.size === 0)
        throw new Error("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
      const isIn = operator === 'In';
      return (labels) => {
        const value = labels[key];
        return value === undefined ? !isIn : some.has(value) === isIn;
      };
    }
    case 'Exists':
    case 'DoesNotExist': {
      if (some.size > 0)
        throw new Error('values: Invalid value: values set must be empty for exists and does not exist');
      return (labels) => Object.hasOwn(labels, key) === (operator === 'Exists');
    }
    default:
      throw new Error(`${JSON.stringify(operator)} is not a valid label selector operator`);
  }
}
