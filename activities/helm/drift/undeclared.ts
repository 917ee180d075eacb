import type { KubeObject } from '../../../api/kube-object.ts';
import { FieldManager } from '../../../api/names.ts';
import { isRecord, type Pointer, valueAt, withoutPath } from '../../apply/pointer.ts';
import { messageOf } from '../../failures.ts';
import type { KubeClient } from '../../kube/client.ts';

// As structured-merge-diff names a field that no schema knows: `.spec.containers[name="web"].liveness`.
const UNDECLARED = /(?:^|\s)(\.[^\s:]+(?:"[^"]*"[^\s:]*)*): field not declared in schema/g;
const STEP = /\.([^.[]+)|\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/gy;

// The server names the fields of one level at a time.
const MOST_ROUNDS = 20;

export interface Applied {
  /** What the server took: the object without the fields that it does not know. */
  readonly sent: KubeObject;
  readonly answer: KubeObject;
}

/**
 * Applies an object as helm, without the fields that the server does not know where there are any: a release that was
 * applied by patches may have such, and the server has dropped them silently. Throws what the client throws.
 */
export async function applyDeclared(
  kube: KubeClient,
  object: KubeObject,
  { dryRun, rounds = MOST_ROUNDS }: { readonly dryRun: boolean; readonly rounds?: number },
): Promise<Applied> {
  try {
    const answer = await kube.apply(object, { fieldManager: FieldManager.helm, dryRun });
    return { sent: object, answer };
  } catch (error) {
    const declared = rounds > 0 ? withoutUndeclared(object, error) : undefined;
    if (declared === undefined) throw error;
    return applyDeclared(kube, declared, { dryRun, rounds: rounds - 1 });
  }
}

/**
 * The object without the fields that the server, in its answer to an apply, called undeclared; undefined when it named
 * none of them.
 */
function withoutUndeclared(object: KubeObject, error: unknown): KubeObject | undefined {
  const paths = [...messageOf(error).matchAll(UNDECLARED)].map(([, path = '']) => path);
  const pointers = paths.map((path) => pointerOf(object, path)).filter((pointer) => pointer !== undefined);
  return pointers.length === 0 ? undefined : pointers.reduce(withoutPath, object);
}

function pointerOf(object: KubeObject, path: string): Pointer | undefined {
  const pointer: string[] = [];
  let end = 0;
  for (const [step, field, keys = ''] of path.matchAll(STEP)) {
    end += step.length;
    const segment = field ?? indexOf(valueAt(object, pointer), keys);
    if (segment === undefined) return undefined;
    pointer.push(segment);
  }
  return end === path.length && valueAt(object, pointer) !== undefined ? pointer : undefined;
}

/** The place of the list item that `name="web",protocol="TCP"` means. */
function indexOf(list: unknown, keys: string): string | undefined {
  if (!Array.isArray(list)) return undefined;
  const wanted = [...keys.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)];
  const index = list.findIndex(
    (item: unknown) =>
      isRecord(item) &&
      wanted.length > 0 &&
      wanted.every(([, key = '', value]) => JSON.stringify(item[key]) === value),
  );
  return index < 0 ? undefined : String(index);
}
