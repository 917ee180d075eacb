/** What a commit is made of; author and committer are the same. */
export interface NewCommit {
  readonly tree: string;
  readonly parent: string;
  readonly author: { readonly name?: string | undefined; readonly email: string };
  readonly time: Date;
  /** With the trailers of {@link withTrailers}. */
  readonly message: string;
}

/** The last lines of a message. */
export interface Trailers {
  /** Which reconcile made the commit: a later attempt at the same knows it by that. */
  readonly reconcileId: string;
  /** Which automation did, as `made-by.ts` writes it. */
  readonly madeBy?: string | undefined;
}

const RECONCILE_ID = 'Reconcile-Id: ';
const MADE_BY = 'Automation: ';
const TRAILER_LINE = /^[A-Za-z0-9-]+: \S/;

/** A message that tells who made it, in its last lines. */
export function withTrailers(message: string, { reconcileId, madeBy }: Trailers): string {
  const text = message.replaceAll(/[\r\0]/g, '').replaceAll(/^\n+|\s+$/g, '');
  const paragraphs = text.split(/\n\n+/);
  // In the paragraph of other trailers: Gerrit reads its Change-Id in the last one only.
  const hasTrailers = paragraphs.length > 1 && TRAILER_LINE.test(text.slice(text.lastIndexOf('\n') + 1));
  const separator = text === '' ? '' : hasTrailers ? '\n' : '\n\n';
  const maker = madeBy === undefined ? '' : `${MADE_BY}${madeBy}\n`;
  return `${text}${separator}${maker}${RECONCILE_ID}${reconcileId}\n`;
}

/** The bytes of a commit object without a signature. */
export function commitObject({ tree, parent, author, time, message }: NewCommit): Buffer {
  const who = `${identOf(author.name || author.email)} <${identOf(author.email)}>`;
  const when = `${Math.floor(time.getTime() / 1000)} +0000`;
  const headers = [`tree ${tree}`, `parent ${parent}`, `author ${who} ${when}`, `committer ${who} ${when}`];
  return Buffer.from(`${headers.join('\n')}\n\n${message}`);
}

/** The same commit with an armored signature of those bytes in its header. */
export function withSignature(commit: Buffer, signature: string): Buffer {
  const end = commit.indexOf('\n\n');
  const isSha256 = /^tree [0-9a-f]{64}\n/.test(commit.toString('latin1', 0, 80));
  const lines = signature.trimEnd().split('\n').join('\n ');
  const header = `\n${isSha256 ? 'gpgsig-sha256' : 'gpgsig'} ${lines}`;
  return Buffer.concat([commit.subarray(0, end), Buffer.from(header), commit.subarray(end)]);
}

/** What we read of a commit that may be ours. */
export interface ReadCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  /** Milliseconds since 1970. */
  readonly committedAt: number;
  /** Of the trailer; undefined when nobody's reconcile made it. */
  readonly reconcileId: string | undefined;
  /** Of the trailer above, not checked. */
  readonly madeBy: string | undefined;
  /** Without the trailers. */
  readonly message: string;
}

/** Reads a commit object. */
export function readCommit(object: Buffer): ReadCommit {
  const text = object.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = (end < 0 ? text : text.slice(0, end)).split('\n');
  const body = end < 0 ? '' : text.slice(end + 2).trimEnd();
  const valuesOf = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [rest, reconcileId] = withoutLast(body, RECONCILE_ID);
  const [message, madeBy] = reconcileId === undefined ? [rest] : withoutLast(rest, MADE_BY);
  return {
    tree: valuesOf('tree')[0] ?? '',
    parents: valuesOf('parent'),
    committedAt: Number(/ (\d+) [+-]\d{4}$/.exec(valuesOf('committer')[0] ?? '')?.[1] ?? 0) * 1000,
    reconcileId,
    madeBy,
    message: message.trimEnd(),
  };
}

/** A text and the value of its last line, taken off it if it begins like that. */
function withoutLast(text: string, name: string): readonly [string, string?] {
  const start = text.lastIndexOf('\n') + 1;
  if (!text.startsWith(name, start)) return [text];
  return [text.slice(0, Math.max(0, start - 1)), text.slice(start + name.length)];
}

// What git itself takes out of names: they would end the field early.
function identOf(text: string): string {
  return text
    .replaceAll(/[<>\p{Cc}]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}
