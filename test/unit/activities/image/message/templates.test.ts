import { describe, expect, it } from 'vitest';
import { commitMessage } from '../../../../../activities/image/message/commit-message.ts';
import {
  RemovedFieldError,
  TemplateRunError,
  TemplateSyntaxError,
} from '../../../../../activities/image/message/errors.ts';
import type { UpdatedFile } from '../../../../../activities/image/update/changes.ts';
import { golden } from '../../../../support/golden.ts';

interface Shared {
  readonly automation: { readonly namespace: string; readonly name: string };
  readonly files: readonly Omit<UpdatedFile, 'content'>[];
  readonly values: Readonly<Record<string, string>>;
}

interface Row {
  readonly template: string;
  readonly text: string | null;
  readonly line?: string;
}

const { shared, rows } = golden<Shared, Row>('activities/image/message/fixtures/message.json');
const files: readonly UpdatedFile[] = shared.files.map((file) => ({ ...file, content: Buffer.from('') }));

/** What Pawl does otherwise on purpose. */
const DIFFERENT: Readonly<Record<string, string>> = {
  '{{ 0x1p-2 }}': 'floats are written in decimal',
  '{{ 1i }}': 'there are no complex numbers',
  '{{ 1+2i }}': 'there are no complex numbers',
};

function outcome(template: string): { text: string | null; line?: string } {
  try {
    return { text: commitMessage({ template, automation: shared.automation, files, values: shared.values }) };
  } catch (error) {
    if (error instanceof RemovedFieldError) return { text: null, line: '1' };
    if (!(error instanceof TemplateSyntaxError) && !(error instanceof TemplateRunError)) throw error;
    return { text: null, line: /commit message:(\d+):/.exec(error.message)?.[1] ?? 'none' };
  }
}

describe('a template gives what text/template and sprig give', () => {
  it.each(rows.filter(({ template }) => !Object.hasOwn(DIFFERENT, template)))(
    '$template',
    ({ template, text, line }) => {
      expect(outcome(template)).toEqual({ text, ...(line === undefined ? {} : { line }) });
    },
  );
});
