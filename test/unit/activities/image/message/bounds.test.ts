import { describe, expect, it } from 'vitest';
import { commitMessage } from '../../../../../activities/image/message/commit-message.ts';
import {
  RemovedFieldError,
  TemplateRunError,
  TemplateSyntaxError,
} from '../../../../../activities/image/message/errors.ts';

function message(template: string | undefined): string {
  const automation = { namespace: 'flux-system', name: 'auto' };
  return commitMessage({ template, automation, files: [], values: {} });
}

function problemOf(template: string): string {
  try {
    return `no problem: ${message(template)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const text = (name: string, body: string) => `{{ $${name} := repeat ${body} }}`;
const forever = (body: string) => `{{ range 1000000000 }}${body}{{ end }}`;
const sixtyThousand = text('s', '60000 "a"');
const cycle = '{{ $d := dict }}{{ $e := set $d "d" $d }}{{ $f := dict }}{{ $g := set $f "d" $f }}';

describe('a template that would not end is refused', () => {
  it.each([
    ['an empty loop', forever('')],
    [
      'loops in loops',
      '{{ range until 1000 }}{{ range until 1000 }}{{ $x := printf "%d" . }}{{ end }}{{ end }}',
    ],
    ['work on long texts', sixtyThousand + forever('{{ $x := trim $s }}')],
    ['expressions', `${sixtyThousand}${forever('{{ $x := regexMatch "(a?){50}b" $s }}')}`],
    ['large expressions', `${sixtyThousand}{{ regexMatch "((a{1,100}){1,10})+b" $s }}`],
    [
      'recursion that branches',
      '{{ define "t" }}{{ template "u" . }}{{ end }}{{ define "u" }}{{ range 99 }}{{ range 99 }}{{ range 99 }}{{ end }}{{ end }}{{ end }}{{ end }}{{ template "t" }}',
    ],
    [
      'values that share their parts, printed',
      '{{ $a := list }}{{ range 40 }}{{ $a = list $a $a }}{{ end }}{{ $a }}',
    ],
    [
      'values that share their parts, compared',
      '{{ $a := list }}{{ $b := list }}{{ range 40 }}{{ $a = list $a $a }}{{ $b = list $b $b }}{{ end }}{{ deepEqual $a $b }}',
    ],
    ['decimals', forever('{{ $x := divf 1e300 1e-300 }}')],
    ['lists that grow', '{{ $a := list 1 }}{{ range 60 }}{{ $a = concat $a $a }}{{ end }}'],
  ])('%s', (_, template) => {
    expect(() => message(template)).toThrow('the template takes too many steps');
  });
});

describe('a template that would write too much is refused', () => {
  it.each([
    ['repeated', '{{ repeat 100000000 "x" }}', 'a text is longer than 65536 bytes'],
    ['repeated often', '{{ repeat 9223372036854775807 "xy" }}', 'a text is longer than 65536 bytes'],
    ['indented', '{{ indent 1000000000 "a" }}', 'a text is longer than 65536 bytes'],
    ['padded', '{{ printf "%1000000d" 1 }}', 'a text is longer than 65536 bytes'],
    ['with many digits', '{{ printf "%.1000000f" 1.0 }}', 'a text is longer than 65536 bytes'],
    ['replaced', `${sixtyThousand}{{ replace "a" $s $s }}`, 'a text is longer than 65536 bytes'],
    [
      'doubled',
      '{{ $s := "aaaaaaaa" }}{{ range 60 }}{{ $s = print $s $s }}{{ end }}',
      'the template takes too many steps',
    ],
    ['numbers', '{{ until 1000000000 }}', 'more than 100000 numbers'],
    ['bit by bit', `${sixtyThousand}{{ $s }}{{ $s }}`, 'the text is longer than 65536 bytes'],
  ])('%s', (_, template, problem) => {
    expect(() => message(template)).toThrow(problem);
  });
});

describe('a template that is nested too deeply is refused', () => {
  it.each([
    ['parentheses', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, TemplateSyntaxError],
    ['conditions', `${'{{ if 1 }}'.repeat(5000)}${'{{ end }}'.repeat(5000)}`, TemplateSyntaxError],
    ['alternatives', `{{ if 0 }}${'{{ else if 0 }}'.repeat(4000)}{{ end }}`, TemplateSyntaxError],
    ['length', 'x'.repeat(70_000), TemplateSyntaxError],
    ['recursion', '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}', TemplateRunError],
    ['a value inside itself, printed', `${cycle}{{ $d }}`, TemplateRunError],
    ['a value inside itself, copied', `${cycle}{{ deepCopy $d }}`, TemplateRunError],
    ['a value inside itself, compared', `${cycle}{{ deepEqual $d $f }}`, TemplateRunError],
    ['a value inside itself, merged', `${cycle}{{ merge $d $f }}`, TemplateRunError],
    ['a value inside itself, as JSON', `${cycle}{{ mustToJson $d }}`, TemplateRunError],
  ])('%s', (_, template, kind) => {
    expect(() => message(template)).toThrow(kind);
  });
});

describe('an error of a template', () => {
  it.each([
    [
      'line 1\n{{ .Nope }}',
      'failed to run template from spec: template: commit message:2:3: executing "commit message" at <.Nope>: can\'t evaluate field Nope in type source.TemplateData',
    ],
    [
      '{{ nope }}',
      'unable to create commit message template from spec: template: commit message:1: function "nope" not defined',
    ],
    [
      '{{ genCA "a" 1 }}',
      'unable to create commit message template from spec: template: commit message:1: function "genCA" is not available in Pawl\'s templates',
    ],
    [
      '{{ if true }}\nx',
      'unable to create commit message template from spec: template: commit message:2: unexpected EOF; an {{end}} is missing',
    ],
    [
      '{{ fail "a\\nb" }}',
      'failed to run template from spec: template: commit message:1:3: executing "commit message" at <fail "a\\nb">: error calling fail: a b',
    ],
  ])('says where and what: %s', (template, problem) => {
    expect(problemOf(template)).toBe(problem);
  });

  it.each([
    [
      '{{ .Updated.Images }}',
      "template uses removed '.Updated' field. Please use '.Changed' instead. See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template",
    ],
    [
      '{{ range .Changed.ImageResult.Objects }}{{ end }}',
      "template uses removed '.Changed.ImageResult' field. Please use '.Changed.FileChanges' or '.Changed.Objects' instead. See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template",
    ],
  ])('names a removed field as Flux does: %s', (template, problem) => {
    expect(() => message(template)).toThrow(RemovedFieldError);
    expect(problemOf(template)).toBe(problem);
  });
});

describe('a message', () => {
  it.each([undefined, ''])('has a default: %s', (template) => {
    expect(message(template)).toBe('Update from image update automation');
  });

  it('has neither carriage returns nor zero bytes', () => {
    expect(message('a\r\nb{{ "\\x00\\r" }}c')).toBe('a\nbc');
  });
});
