import { expect, it } from 'vitest';
import { wordsOf } from '../../../../../../activities/notify/providers/git/camel-case.ts';

it.each([
  ['ReconciliationSucceeded', 'reconciliation succeeded'],
  ['PDFLoader', 'pdf loader'],
  ['HTTP2Failed', 'http 2 failed'],
  ['NewArtifact', 'new artifact'],
  ['lower', 'lower'],
  ['ABC', 'abc'],
  ['Two_Words', 'two _ words'],
  ['GRÖßEGeändert', 'gr öß e geändert'],
  ['', ''],
])('the words of %s are %s', (reason, words) => {
  expect(wordsOf(reason)).toBe(words);
});
