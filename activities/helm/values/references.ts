import { ManifestError } from '../../../api/formats/manifest-yaml.ts';
import type { HelmReleaseSpec } from '../../../api/helm-release.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { UnusableValue } from './unusable-value.ts';

export type ValuesReference = NonNullable<HelmReleaseSpec['valuesFrom']>[number];

/** The `data` of a ConfigMap or Secret, base64 undone. */
export type ValuesData = Readonly<Record<string, Buffer | string>>;
export type ReadObject = (kind: ValuesReference['kind'], name: string) => Promise<ValuesData | undefined>;

/** Reads each object once, so that all references of a release see the same version of it. */
export function readOnce(read: ReadObject): ReadObject {
  const seen = new Map<string, Promise<ValuesData | undefined>>();
  return (kind, name) => {
    const id = `${kind}/${name}`;
    const reading = seen.get(id) ?? read(kind, name);
    seen.set(id, reading);
    return reading;
  };
}

/** What a reference names; undefined when it is missing and optional. Throws ValuesError when it is missing. */
export async function readReference(
  reference: ValuesReference,
  namespace: string,
  read: ReadObject,
): Promise<Buffer | string | undefined> {
  const data = await read(reference.kind, reference.name);
  const key = keyOf(reference);
  if (data && Object.hasOwn(data, key)) return data[key];
  if (reference.optional) return undefined;
  throw unresolved(
    reference,
    namespace,
    data
      ? 'key not found; add it, correct valuesKey, or make the reference optional'
      : 'resource not found; create it, or make the reference optional',
  );
}

/** The failure for a value that is there and cannot be used. Tells nothing of the text of a Secret but the place. */
export function unusable(reference: ValuesReference, namespace: string, error: unknown): unknown {
  if (error instanceof UnusableValue) {
    const what = reference.targetPath
      ? `cannot be set at targetPath '${reference.targetPath}'`
      : 'cannot be read';
    return unresolved(reference, namespace, `the value ${what}: ${error.message}`);
  }
  if (!(error instanceof ManifestError)) return error;
  const { line, column } = error.position;
  const reason = reference.kind === 'Secret' ? '' : `: ${error.reason}`;
  return unresolved(
    reference,
    namespace,
    `the value is not valid YAML at line ${line}, column ${column}${reason}`,
  );
}

function unresolved(reference: ValuesReference, namespace: string, why: string): unknown {
  const { kind, name, optional } = reference;
  const which = `${optional ? 'optional ' : ''}${kind} chart values reference '${namespace}/${name}'`;
  return failed(Reason.ValuesError, `could not resolve ${which} with key '${keyOf(reference)}': ${why}`);
}

function keyOf({ valuesKey }: ValuesReference): string {
  return valuesKey || 'values.yaml';
}
