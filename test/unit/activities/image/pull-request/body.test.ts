import { describe, expect, it } from 'vitest';
import {
  isSameText,
  keepDraft,
  markerOf,
  newBody,
  renewedBody,
  titleOf,
} from '../../../../../activities/image/pull-request/body.ts';

const APPS = 'flux-system/apps';
const MARKER = markerOf(APPS);

describe('the body of a pull request', () => {
  it('is our text, then the marker', () => {
    expect(newBody(APPS, '  a table\r\nof changes \n')).toBe(`a table\nof changes\n\n${MARKER}\n`);
  });

  it.each([
    ['nothing', ''],
    ['a line', '\n\nPlease wait for Monday.'],
    ['the ends of lines of a browser', '\r\n\r\nPlease wait\r\nfor Monday.\r\n'],
    ['a marker that is quoted', `\n\n> ${MARKER}\n`],
    ['text behind the marker', ' and more'],
  ])('keeps what stands below the marker: %s', (_what, below) => {
    const renewed = renewedBody(APPS, 'new text', `old text\n\n${MARKER}${below}`);

    expect(renewed).toBe(`new text\n\n${MARKER}${below.replaceAll('\r\n', '\n') || '\n'}`);
  });

  it.each([
    ['no marker', 'old text'],
    ['the marker of another automation', `old text\n\n${markerOf('flux-system/other')}\n`],
    ['nothing', ''],
  ])('is left alone when it has %s', (_what, present) => {
    expect(renewedBody(APPS, 'new text', present)).toBeUndefined();
  });

  it.each([
    ['', MARKER],
    [' with a zero in it', MARKER.replace('pawl', 'pa\0wl')],
    [', once more behind its beginning', MARKER.replace('pawl.dev', 'pawl.dev/pull-request pawl.dev')],
  ])('cannot be ended early by a text that holds the marker%s', (_what, marker) => {
    const body = newBody(APPS, `a\n${marker}\nb`);

    expect(body.split(MARKER)).toHaveLength(2);
    expect(renewedBody(APPS, 'c', body)).toBe(newBody(APPS, 'c'));
  });

  it('has no half characters, which servers refuse', () => {
    expect(newBody(APPS, 'cut \ud83d')).toBe(`cut \ufffd\n\n${MARKER}\n`);
  });

  it('stays as it is when it is renewed with the same text', () => {
    const body = newBody(APPS, 'a $& b $1');

    expect(renewedBody(APPS, 'a $& b $1', body)).toBe(body);
    expect(isSameText(body, `${body.replaceAll('\n', '\r\n')}\n`)).toBe(true);
  });

  it('has at most as many characters as GitHub takes, and says that there is more', () => {
    const rows = Array.from({ length: 10_000 }, (_, row) => `| row ${row} |`).join('\n');
    const kept = 'k'.repeat(20_000);

    const renewed = renewedBody(APPS, rows, `old\n\n${MARKER}\n${kept}`) ?? '';

    expect(newBody(APPS, rows).length).toBeLessThan(65_536);
    expect(renewed.length).toBeLessThan(65_536);
    expect(renewed.endsWith(`\n${kept}`)).toBe(true);
    expect(renewed).toMatch(/\| row \d+ \|\n\nThere is more than fits here/);
  });
});

describe('the title of a pull request', () => {
  it.each([
    ['Update images', 'Update images'],
    ['  Update images\n\nwith a body', 'Update images'],
    ['\n\nfirst line\r\nsecond', 'first line'],
    ['', 'Update images'],
    [' \n\t\n', 'Update images'],
    ['a\u0000b\tc\u202ed\u001b[31m', 'a b c d [31m'],
    ['ends early\rsecond', 'ends early'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧 family'],
    ['x'.repeat(300), `${'x'.repeat(254)}…`],
    [`${'x'.repeat(253)}😀y`, `${'x'.repeat(253)}…`],
  ])('%j becomes %j', (text, title) => {
    expect(titleOf(text)).toBe(title);
  });

  it.each([
    ['Update images', 'Update images', 'Update images'],
    ['Draft: Update images', 'Update images to 2', 'Draft: Update images to 2'],
    ['[WIP]  Update images', 'New', '[WIP] New'],
    ['(draft) a', 'New', '(draft) New'],
    ['WIP: a', 'Draft: New', 'Draft: New'],
    ['Drafting: a', 'New', 'New'],
  ])('of %j, to become %j, is %j: a draft stays one', (present, title, kept) => {
    expect(keepDraft(title, present)).toBe(kept);
  });
});
