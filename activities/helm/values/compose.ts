import type { HelmReleaseSpec } from '../../../api/helm-release.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { digestEncoded } from './digest.ts';
import { goText } from './go-text.ts';
import { type GoMap, type GoValue, toGoValue } from './go-value.ts';
import { encodeGoYaml } from './go-yaml.ts';
import { type HelmInput, helmInput } from './helm-input.ts';
import { leafTexts } from './leaf-texts.ts';
import { mergeMaps } from './merge-maps.ts';
import { newItemBudget } from './place-at.ts';
import { readDocument } from './read-document.ts';
import { type ReadObject, readOnce, readReference, unusable, type ValuesReference } from './references.ts';
import { setAtPath } from './target-path.ts';
import { UnusableValue } from './unusable-value.ts';

export interface ValuesInput {
  readonly namespace: string;
  /** `spec.values`, parsed. */
  readonly values: unknown;
  readonly valuesFrom: HelmReleaseSpec['valuesFrom'];
  /** Reads an object of that namespace; undefined when it is not there. */
  readonly read: ReadObject;
}

export interface ComposedValues extends HelmInput {
  /** What the digest is of, for digests by other algorithms. */
  readonly encoded: string;
  /** Flux's configDigest, `sha256:…`. */
  readonly digest: string;
  /** The texts and numbers that come from Secrets, to be masked in what helm says: the longest first, as it may hold others. */
  readonly secrets: readonly string[];
}

/**
 * The values of a release, as `ChartValuesFromReferences` of fluxcd/pkg/chartutil composes them: those of `valuesFrom`
 * in their order, then `spec.values`. A `targetPath` writes into what is there so far, `spec.values` included. Throws
 * ValuesError naming object and key and no part of a value, and whatever `read` throws.
 */
export async function composeValues(input: ValuesInput): Promise<ComposedValues> {
  const inline = readInline(input.values);
  const read = readOnce(input.read);
  const budget = newItemBudget();
  const secrets = new Set<string>();
  let result: GoMap = new Map();
  for (const reference of input.valuesFrom ?? []) {
    const data = await readReference(reference, input.namespace, read);
    if (data === undefined) continue;
    try {
      const own = add(reference, data);
      if (reference.kind === 'Secret') leafTexts(own).forEach((text) => secrets.add(text));
    } catch (error) {
      throw unusable(reference, input.namespace, error);
    }
  }
  const values = mergeMaps(result, inline);
  const encoded = encodeGoYaml(values);
  return {
    ...orValuesError('the values', () => helmInput(values)),
    encoded,
    digest: digestEncoded(encoded),
    secrets: [...secrets].toSorted((a, b) => b.length - a.length),
  };

  /** Puts what a reference names over the result so far, and returns it. */
  function add({ targetPath, literal = false }: ValuesReference, data: Buffer | string): GoValue {
    if (!targetPath) {
      const document = readDocument(data);
      result = mergeMaps(result, document);
      return document;
    }
    result = mergeMaps(result, inline);
    return setAtPath(result, { path: targetPath, value: goText(data), isLiteral: literal }, budget);
  }
}

/** Like Flux, takes what is no mapping for no values at all. */
function readInline(values: unknown): GoMap {
  const inline = orValuesError('spec.values', () => toGoValue(values));
  return inline instanceof Map ? inline : new Map();
}

function orValuesError<Value>(what: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UnusableValue)) throw error;
    throw failed(Reason.ValuesError, `${what} cannot be used: ${error.message}`);
  }
}
