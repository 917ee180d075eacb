import { Document, visit } from 'yaml';
import { bigIntegerDigits } from '../../api/formats/big-integer.ts';
import { resolvePlainScalar } from '../../api/formats/yaml-scalar.ts';
import type { KubeObject } from '../../api/kube-object.ts';

/** YAML with sorted keys and unbroken lines, quoted as Kubernetes tools quote. */
export function toYaml(value: unknown): string {
  // Read by YAML 1.1 parsers too: `on`, `yes` and `0644` must stay text.
  const document = new Document(value, withBigIntegers, {
    version: '1.1',
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && isAmbiguous(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false, singleQuote: true });
}

function withBigIntegers(_key: unknown, value: unknown): unknown {
  const digits = bigIntegerDigits(value);
  return digits === undefined ? value : BigInt(digits);
}

// Strings to Kubernetes, and not to every reader: times, and numbers to the base of 60.
const TIME = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|$)/;
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

function isAmbiguous(text: string): boolean {
  return typeof resolvePlainScalar(text) !== 'string' || TIME.test(text) || BASE_60.test(text);
}

/** Several objects as one document; a single one that was asked for by name stands alone. */
export function formatObjects(
  objects: readonly KubeObject[],
  format: 'json' | 'yaml',
  isSingle: boolean,
): string {
  const shown = objects.map(withoutManagedFields);
  const document =
    isSingle && shown.length === 1 ? shown[0] : { apiVersion: 'v1', kind: 'List', items: shown };
  return format === 'json' ? `${JSON.stringify(document, null, 2)}\n` : toYaml(document);
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _bookkeeping, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What a person would have written: no status, no bookkeeping of the server. */
function exportable(object: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    spec: object['spec'],
  };
}

/** A document of a YAML stream. */
export function formatExport(object: KubeObject): string {
  return `---\n${toYaml(exportable(object))}`;
}
