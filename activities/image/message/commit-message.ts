import { type MessageSubject, templateData } from './data.ts';
import { render } from './render.ts';

const DEFAULT_TEMPLATE = 'Update from image update automation';

/** What a commit message is made of: the template of the object, and what the commit is about. */
export interface CommitMessageInput extends MessageSubject {
  /** An empty one, or none, means the default. */
  readonly template?: string | undefined;
}

/**
 * The text of a template for the changes of a commit: its message, or the title or body of its pull request.
 * Throws `TemplateSyntaxError`, `TemplateRunError` and `RemovedFieldError`; all of them lie in the object's spec, and
 * trying again does not help.
 */
export function commitMessage({ template, ...subject }: CommitMessageInput): string {
  return render(template || DEFAULT_TEMPLATE, templateData(subject));
}
