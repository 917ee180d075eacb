/** A template that cannot be read. The message begins as Flux's does and names the line. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';

  constructor(line: number, problem: string) {
    super(
      `unable to create commit message template from spec: template: commit message:${line}: ${oneLine(problem)}`,
    );
  }
}

/** A template that fails on the data it is given. The message begins as Flux's does and names line and column. */
export class TemplateRunError extends Error {
  override readonly name = 'TemplateRunError';

  constructor(
    place: { readonly line: number; readonly column: number; readonly text: string },
    problem: string,
  ) {
    super(
      `failed to run template from spec: template: commit message:${place.line}:${place.column}: ` +
        `executing "commit message" at <${oneLine(place.text)}>: ${oneLine(problem)}`,
    );
  }
}

const REPLACEMENTS = {
  '.Updated': "'.Changed'",
  '.Changed.ImageResult': "'.Changed.FileChanges' or '.Changed.Objects'",
};

/** A template that uses a field of earlier versions of the API; the message is Flux's. */
export class RemovedFieldError extends Error {
  override readonly name = 'RemovedFieldError';

  constructor(field: keyof typeof REPLACEMENTS) {
    super(
      `template uses removed '${field}' field. Please use ${REPLACEMENTS[field]} instead. ` +
        'See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template',
    );
  }
}

/** What a function or a value refuses to do; the evaluator adds the place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const LONGEST_EXCERPT = 200;

function oneLine(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
