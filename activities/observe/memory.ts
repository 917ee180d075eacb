import type { KubeObject } from '../../api/kube-object.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import type { BuiltSet } from '../build/build.ts';

/** What the steps of one pass tell each other inside a worker. It saves requests and is never the truth: a miss reads again. */
export interface PassMemory {
  readonly object: Kustomization;
  readonly built?: BuiltSet;
  /** What the inventory is once the plan is carried out. */
  readonly inventory?: readonly InventoryEntry[];
  /** For the look at their health that follows the apply. */
  readonly applied?: AppliedObjects | undefined;
}

export interface AppliedObjects {
  /** The objects as the apply read or wrote them last, by id. */
  readonly seen: ReadonlyMap<string, KubeObject>;
  /** `Kind/namespace/name` of those that it wrote. */
  readonly written: ReadonlySet<string>;
}

export interface Memory {
  remember(pass: string, memory: PassMemory): void;
  recall(pass: string): PassMemory | undefined;
  forget(pass: string): void;
}

// Passes that wait for health keep theirs; the oldest is dropped beyond this.
const LONGEST = 2000;

export function createMemory(): Memory {
  const passes = new Map<string, PassMemory>();
  return {
    remember(pass, memory) {
      passes.delete(pass);
      passes.set(pass, memory);
      const oldest = passes.keys().next().value;
      if (passes.size > LONGEST && oldest !== undefined) passes.delete(oldest);
    },
    recall: (pass) => passes.get(pass),
    forget: (pass) => void passes.delete(pass),
  };
}
