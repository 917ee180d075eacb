import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed, messageOf, stalled } from '../../failures.ts';
import { commitMessage } from '../message/commit-message.ts';
import { RemovedFieldError, TemplateRunError, TemplateSyntaxError } from '../message/errors.ts';
import type { UpdatedFile } from './changes.ts';

/**
 * The message of a commit, by the template of the spec. Throws a stalled RemovedTemplateField, and GitOperationFailed
 * for a template that does not read or run, as Flux does.
 */
export function commitMessageOf(
  { metadata, spec }: ImageUpdateAutomation,
  files: readonly UpdatedFile[],
): string {
  const { messageTemplate: template, messageTemplateValues: values = {} } = spec.git?.commit ?? {};
  const { namespace, name } = metadata;
  try {
    return commitMessage({ template, values, files, automation: { namespace, name } });
  } catch (error) {
    if (error instanceof RemovedFieldError) throw stalled(Reason.RemovedTemplateField, error.message);
    if (!(error instanceof TemplateSyntaxError || error instanceof TemplateRunError)) throw error;
    const advice = 'correct spec.git.commit.messageTemplate';
    throw failed(Reason.GitOperationFailed, `failed to update source: ${messageOf(error)}; ${advice}`);
  }
}
