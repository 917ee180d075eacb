/** A scalar in its text. Offsets count UTF-16 units. */
export interface Place {
  readonly text: string;
  /** Where the last scalar or alias before this one ends. */
  readonly behind: number;
  readonly start: number;
  readonly end: number;
  readonly isBlock: boolean;
  readonly isInFlow: boolean;
  /** Of an item of a sequence in block style: what the item before it is. */
  readonly item?: { readonly after: 'nothing' | 'scalar' | 'collection' };
}

/** What stands before a scalar. */
export interface LeadIn {
  /** The comment on the line of its anchor or tag, when the scalar is on a later one. */
  readonly propertyComment?: string;
  /** The comments on lines of their own above. */
  readonly head: readonly string[];
  /** Offset and text of its tag with the space behind it. */
  readonly tag?: { readonly start: number; readonly text: string };
}

/**
 * The one comment of a scalar that can be its marker: the one on its line; without such, the only line right above it.
 * Comments of keys and of collections are not seen. These are the comments that go-yaml gives to the scalar, for what
 * Flux has set so far is to be set here, and nothing else.
 */
export function commentOf(place: Place, { propertyComment, head }: LeadIn): string | undefined {
  const onLine = commentOnLine(place) ?? propertyComment;
  if (onLine !== undefined) return onLine;
  return head.length === 1 ? head[0] : undefined;
}

function commentOnLine({ text, start, end, isBlock, isInFlow }: Place): string | undefined {
  // A block scalar has its comment behind its indicators; in brackets the comma may come first, on a later line too.
  const pattern = isBlock
    ? /[|>][^\s#]*[ \t]+(#[^\n]*)/y
    : isInFlow
      ? /(?:[ \t]*|\s*,[ \t]*)(#[^\n]*)/y
      : /[ \t]*(#[^\n]*)/y;
  pattern.lastIndex = isBlock ? start : end;
  return pattern.exec(text)?.[1];
}

/** Reads back from a scalar to what ends before it: its tag, its dash, the comments above. */
export function leadInOf({ text, behind, start, item }: Place): LeadIn {
  const lines = linesOf(text, behind, start);
  const reader: Reader = { inside: [], above: [] };
  let isOpen = true;
  // The first line is the end of what comes before, with its own comment.
  for (let line = lines.pop(); line && isOpen; line = lines.pop()) {
    if (lines.length === 0 && line.before.trim() === '') break;
    isOpen = readLine(reader, line, item !== undefined);
  }
  const { inside, propertyComment, tag } = reader;
  const head = [...(item ? headAbove(reader, item) : []), ...inside];
  return {
    head: head.flatMap(({ comment }) => comment ?? []),
    ...(propertyComment !== undefined && { propertyComment }),
    ...(tag && { tag }),
  };
}

interface Line {
  readonly offset: number;
  readonly before: string;
  readonly comment: string | undefined;
}

interface Reader {
  /** Lines between the dash, or the colon, and the scalar; top first. */
  readonly inside: Line[];
  /** Comments and empty lines above the dash. */
  readonly above: Line[];
  /** The column of the dash, once it is found. */
  dash?: number;
  propertyComment?: string;
  tag?: { readonly start: number; readonly text: string };
}

function linesOf(text: string, from: number, to: number): Line[] {
  let offset = from;
  return text
    .slice(from, to)
    .split('\n')
    .map((line) => {
      const comment = /(?<=^|[ \t])#[^\n]*/.exec(line);
      const read = { offset, before: line.slice(0, comment?.index), comment: comment?.[0] };
      offset += line.length + 1;
      return read;
    });
}

// Anchor and tag in either order, with what separates them from the scalar.
const PROPERTIES = /(?:(?<=^|[\s[{,])(?:!<[^>\s]*>|![^\s,[\]{}]*|&[^\s,[\]{}]+)\s*)+$/;

/** Whether what is above the line can belong to the scalar too. */
function readLine(reader: Reader, line: Line, isItem: boolean): boolean {
  const { before, comment } = line;
  const isEmpty = before.trim() === '';
  if (reader.dash !== undefined) {
    if (isEmpty) reader.above.unshift(line);
    return isEmpty;
  }
  if (isEmpty) {
    reader.inside.unshift(line);
    return true;
  }
  const properties = PROPERTIES.exec(before);
  if (properties) readTag(reader, line, properties);
  const rest = before.slice(0, properties?.index).trimEnd();
  if (isItem && rest.endsWith('-')) reader.dash = rest.length - 1;
  if (comment !== undefined && properties) reader.propertyComment = comment;
  else if (comment !== undefined && reader.dash !== undefined) reader.inside.unshift(line);
  return rest.slice(0, reader.dash).trim() === '';
}

function readTag(reader: Reader, line: Line, properties: RegExpExecArray): void {
  const tag = /(?<=^|\s)!\S*\s*/.exec(properties[0]);
  if (tag) reader.tag = { start: line.offset + properties.index + tag.index, text: tag[0] };
}

/** The lines above an item that are not about the one before it. */
function headAbove({ above, dash = 0 }: Reader, { after }: NonNullable<Place['item']>): readonly Line[] {
  if (after === 'nothing') return above;
  // What is right below the item before, and parted from this one by an empty line, is about that.
  const gap = above.findIndex(({ comment }) => comment === undefined);
  const head = gap > 0 ? above.slice(gap) : above;
  return after === 'scalar' ? head : head.filter(({ before }) => before.length <= dash);
}
