import { describe, expect, it } from 'vitest';
import { formatTable, truncateHex } from '../../../../client/cli/table.ts';

describe('a table', () => {
  // Captured from the stock CLI (2.9.4) against a real API server; <tab> and <end> stand for what editors hide.
  it.each([
    {
      name: 'Kustomizations of all namespaces',
      header: ['Namespace', 'Name', 'Revision', 'Suspended', 'Ready', 'Message'],
      rows: [
        [
          'flux-system',
          'flux-system',
          'main@sha1:6a1b2c3d',
          'False',
          'True',
          'Applied revision: main@sha1:6a1b2c3d',
        ],
      ],
      text: [
        'NAMESPACE  <tab>NAME       <tab>REVISION          <tab>SUSPENDED<tab>READY<tab>MESSAGE                              <end>',
        'flux-system<tab>flux-system<tab>main@sha1:6a1b2c3d<tab>False    <tab>True <tab>Applied revision: main@sha1:6a1b2c3d<tab><end>',
      ],
    },
    {
      name: 'a row of a watch, without a header',
      header: [],
      rows: [['apps', '', 'True', 'False', 'waiting to be reconciled']],
      text: ['apps<tab><tab>True<tab>False<tab>waiting to be reconciled<tab><end>'],
    },
    {
      name: 'a message of two lines, with letters outside ASCII',
      header: ['Name', 'Message'],
      rows: [
        ['apps', 'kustomize build failed:\nline two ünïcode'],
        ['b', ''],
      ],
      text: [
        'NAME<tab>MESSAGE                 <end>',
        'apps<tab>kustomize build failed:<tab><end>',
        '    <tab>line two ünïcode       <tab><end>',
        'b   <tab>                       <tab><end>',
      ],
    },
    { name: 'a header alone', header: ['Name'], rows: [], text: ['NAME <end>'] },
    { name: 'nothing', header: [], rows: [], text: [] },
  ])('pads as flux does: $name', ({ header, rows, text }) => {
    const expected = text.map((line) => line.replaceAll('<tab>', '\t').replace('<end>', '\n')).join('');

    expect(formatTable(header, rows)).toBe(expected);
  });
});

describe('a revision', () => {
  const sha1 = '16cfcc0b9066b3234dda29927ac1c19860d9663f';
  const sha256 = 'b'.repeat(64);

  it.each([
    ['', ''],
    [sha1, '16cfcc0b'],
    [`main@sha1:${sha1}`, 'main@sha1:16cfcc0b'],
    [`latest@sha256:${sha256}`, 'latest@sha256:bbbbbbbb'],
    [`two: ${sha1} and ${sha256}`, 'two: 16cfcc0b and bbbbbbbb'],
    [sha1.slice(1), sha1.slice(1)],
    [sha1.toUpperCase(), sha1.toUpperCase()],
    ['a'.repeat(129), 'a'.repeat(129)],
    [`x${sha1}`, `x${sha1}`],
  ])('shows %o as %o', (text, shown) => {
    expect(truncateHex(text)).toBe(shown);
  });
});
