import {
  Composer,
  type CST,
  type Document,
  LineCounter,
  type ParsedNode,
  Parser,
  type YAMLError,
} from 'yaml';
import { ManifestError } from './manifest-error.ts';
import { DEEPEST, tooDeep, tooDeepInText } from './yaml-depth.ts';
import { hasTooManyParts, MOST_LEXEMES } from './yaml-size.ts';
import { toJson } from './yaml-tree.ts';

/** Of one document: more than an API server takes, and far below what hurts. */
const LARGEST_BYTES = 5 * 1024 * 1024;

// libyaml's set of characters that may stand in a stream.
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Text of one document and where it stands. */
export interface DocumentText {
  readonly text: string;
  readonly file: string;
  /** The line of the file that the text starts at, from 1. */
  readonly firstLine: number;
  readonly lastKeyWins?: boolean;
}

/** The JSON of one YAML document; null when it is empty. Throws {@link ManifestError}. */
export function parseYamlDocument(source: DocumentText): unknown {
  const fault = faultIn(source);
  const document = composeChecked(source, fault, false);
  if (!document?.contents) return null;
  // Where the text just stops, libyaml ends a block scalar without a line break.
  const cutAt = source.text.endsWith('\n') ? undefined : source.text.length;
  return toJson(document.contents, { fault, cutAt, lastKeyWins: source.lastKeyWins ?? false });
}

/**
 * The tree of one YAML document with the tokens it was read from, for edits of the text; undefined when it is empty.
 * Scalars are text. The same bounds as for {@link parseYamlDocument}. Throws {@link ManifestError}.
 */
export function composeYamlDocument(source: DocumentText): Document.Parsed<ParsedNode> | undefined {
  return composeChecked(source, faultIn(source), true);
}

type Fault = (offset: number, reason: string) => ManifestError;

function faultIn(source: DocumentText): Fault {
  const lines = countLines(source.text);
  return (offset, reason) => {
    const { line, col } = lines.linePos(offset);
    // Line 0 is the counter's word for text it has not read yet.
    const within = Math.max(line, 1) - 1;
    return new ManifestError(
      { file: source.file, line: source.firstLine + within, column: Math.max(col, 1) },
      reason,
    );
  };
}

function composeChecked(
  source: DocumentText,
  fault: Fault,
  keepSourceTokens: boolean,
): Document.Parsed<ParsedNode> | undefined {
  if (Buffer.byteLength(source.text) > LARGEST_BYTES) throw fault(0, 'document is larger than 5 MiB');
  const unprintable = UNPRINTABLE.exec(source.text);
  if (unprintable) throw fault(unprintable.index, 'control characters are not allowed');
  let deep = tooDeepInText(source.text);
  if (deep !== undefined) throw fault(deep, `nested deeper than ${DEEPEST} levels`);
  if (hasTooManyParts(source.text))
    throw fault(0, `document has more than ${MOST_LEXEMES} words and signs; split it`);
  const tokens = [...new Parser().parse(source.text)];
  deep = tooDeep(tokens);
  if (deep !== undefined) throw fault(deep, `nested deeper than ${DEEPEST} levels`);
  return compose(tokens, source.text.length, fault, keepSourceTokens);
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  let start = 0;
  do {
    lines.addNewLine(start);
    start = text.indexOf('\n', start) + 1;
  } while (start > 0);
  return lines;
}

function compose(
  tokens: readonly CST.Token[],
  length: number,
  fault: Fault,
  keepSourceTokens: boolean,
): Document.Parsed<ParsedNode> | undefined {
  const composer = new Composer({
    keepSourceTokens,
    version: '1.1',
    // Scalars stay text: resolving them is what the npm library and Go do differently.
    schema: 'failsafe',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document, second] = [...composer.compose(tokens, true, length)];
  const error: YAMLError | undefined = document?.errors[0] ?? second?.errors[0];
  if (error) throw fault(error.pos[0], error.message);
  if (second) throw fault(second.range[0], 'a document must start with "---"');
  return document;
}
