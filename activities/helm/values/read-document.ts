import { isUtf8 } from 'node:buffer';
import { hasContent, splitDocuments } from '../../../api/formats/manifest-yaml.ts';
import { parseYamlDocument } from '../../../api/formats/yaml-document.ts';
import { type GoMap, toGoValue } from './go-value.ts';
import { UnusableValue } from './unusable-value.ts';

/**
 * Reads the mapping in a text of values as helm's `ReadValues` does: the first document counts, and of equal keys the
 * last; nothing at all is an empty mapping. Throws {@link UnusableValue}, and ManifestError with the place.
 */
export function readDocument(data: Buffer | string): GoMap {
  const value = toGoValue(firstDocument(decode(data).replace(/^\ufeff/, '')));
  if (value === null) return new Map();
  if (value instanceof Map) return value;
  throw new UnusableValue('it is no mapping of keys to values');
}

function firstDocument(text: string): unknown {
  for (const source of splitDocuments(text, '')) {
    // Comments and directives before the first mark are no document; an empty one behind a mark is.
    if (!hasContent(source.text) && !source.text.startsWith('---')) continue;
    const [first = ''] = source.text.split(/^(?=\.\.\.(?:[ \t\r\n]|$))/m, 1);
    return parseYamlDocument({ ...source, text: first, lastKeyWins: true });
  }
  return null;
}

/** A byte order mark tells UTF-16, as in all YAML. */
function decode(data: Buffer | string): string {
  if (typeof data === 'string') return data;
  const mark = data.toString('latin1', 0, 2);
  if (mark === '\xff\xfe') return new TextDecoder('utf-16le').decode(data);
  if (mark === '\xfe\xff') return new TextDecoder('utf-16be').decode(data);
  if (!isUtf8(data)) throw new UnusableValue('it is not in UTF-8');
  return data.toString('utf8');
}
