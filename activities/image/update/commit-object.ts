/** What a commit is made of; author and committer are the same. */
export interface NewCommit {
  readonly tree: string;
  readonly parent: string;
  readonly author: { readonly name?: string | undefined; readonly email: string };
  readonly time: Date;
  /** With the trailer of {@link withTrailer}. */
  readonly message: string;
}

const TRAILER = 'Reconcile-Id';
const TRAILER_LINE = /^[A-Za-z0-9-]+: \S/;

/** A message that tells which reconcile made it: a last line that a later attempt knows it by. */
export function withTrailer(message: string, reconcileId: string): string {
  const text = message.replaceAll(/[\r\0]/g, '').replaceAll(/^\n+|\s+$/g, '');
  const paragraphs = text.split(/\n\n+/);
  // In the paragraph of other trailers: Gerrit reads its Change-Id in the last one only.
  const hasTrailers = paragraphs.length > 1 && TRAILER_LINE.test(text.slice(text.lastIndexOf('\n') + 1));
  const separator = text === '' ? '' : hasTrailers ? '\n' : '\n\n';
  return `${text}${separator}${TRAILER}: ${reconcileId}\n`;
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
  /** Without the trailer. */
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
  const lastLine = body.slice(body.lastIndexOf('\n') + 1);
  const isOurs = lastLine.startsWith(`${TRAILER}: `);
  return {
    tree: valuesOf('tree')[0] ?? '',
    parents: valuesOf('parent'),
    committedAt: Number(/ (\d+) [+-]\d{4}$/.exec(valuesOf('committer')[0] ?? '')?.[1] ?? 0) * 1000,
    reconcileId: isOurs ? lastLine.slice(TRAILER.length + 2) : undefined,
    message: (isOurs ? body.slice(0, -lastLine.length) : body).trimEnd(),
  };
}

// What git itself takes out of names: they would end the field early.
function identOf(text: string): string {
  return text
    .replaceAll(/[<>\p{Cc}]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}
