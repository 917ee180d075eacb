// 65,536 characters are the most that GitHub takes; some are left for what people write below.
const LONGEST_TEXT = 50_000;
const LONGEST_BODY = 65_000;
// Of the three, 255 characters are the least that is taken.
const LONGEST_TITLE = 255;

const DEFAULT_TITLE = 'Update images';
const MARK = '<!-- pawl.dev/pull-request';
// A comment still, and with no text behind it the mark again.
const TAME_MARK = MARK.replace(' ', '');
// What marks a draft in the title, with GitLab and Gitea.
const DRAFT = /^(?:draft:|\[draft\]|\(draft\)|wip:|\[wip\])\s*/i;
// The marks of direction show another text than the one that is there.
const UNSEEN = /\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The line that ends our text: what stands below is of people, and a body without it is theirs. */
export function markerOf(automation: string): string {
  return `${MARK} ${automation} (written anew above this line, kept below) -->`;
}

/** A body with our text alone. */
export function newBody(automation: string, text: string): string {
  return `${ourPart(text)}\n\n${markerOf(automation)}\n`;
}

/**
 * The body that is there, with our text anew and what people wrote below the marker; undefined when it has no marker
 * of this automation.
 */
export function renewedBody(automation: string, text: string, present: string): string | undefined {
  const marker = markerOf(automation);
  const lines = unixLines(present);
  const at = lines.indexOf(marker);
  if (at === -1) return undefined;
  const kept = lines.slice(at + marker.length);
  const room = Math.max(0, LONGEST_BODY - kept.length - marker.length);
  return `${ourPart(text, Math.min(LONGEST_TEXT, room))}\n\n${marker}${kept === '' ? '\n' : kept}`;
}

/** Providers end lines and texts in their own ways. */
export function isSameText(one: string, other: string): boolean {
  return unixLines(one).trim() === unixLines(other).trim();
}

/** A title that every provider takes: one line, not empty, bounded. */
export function titleOf(text: string): string {
  const line = unixLines(text).trim().split('\n', 1)[0] ?? '';
  const plain = line.replace(UNSEEN, ' ').replace(/ +/g, ' ').trim();
  return cut(plain, LONGEST_TITLE) || DEFAULT_TITLE;
}

/** The title with the mark of a draft that a person gave it. */
export function keepDraft(title: string, present: string): string {
  const mark = DRAFT.exec(present)?.[0].trim();
  return mark === undefined || DRAFT.test(title) ? title : cut(`${mark} ${title}`, LONGEST_TITLE);
}

function ourPart(text: string, longest = LONGEST_TEXT): string {
  // A template that writes the marker itself would end our text early.
  const plain = unixLines(text).toWellFormed().replaceAll('\0', '').replaceAll(MARK, TAME_MARK).trim();
  if (plain.length <= longest) return plain;
  const lines = plain.slice(0, longest).split('\n').slice(0, -1);
  return `${lines.join('\n')}\n\nThere is more than fits here; the commits show all of it.`;
}

function cut(text: string, longest: number): string {
  return text.length > longest
    ? `${text
        .slice(0, longest - 1)
        .trimEnd()
        .replace(/[\ud800-\udbff]$/, '')}…`
    : text;
}

function unixLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}
