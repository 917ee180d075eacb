import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Annotation } from '../../../api/names.ts';
import { messageOf } from '../../failures.ts';
import { changeTable } from '../message/change-table.ts';
import { commitMessage } from '../message/commit-message.ts';
import type { BranchChanges } from '../update/update-branch.ts';
import type { PullRequestText } from './contract.ts';
import { pullRequestFailure } from './failure.ts';
import type { PullRequestSettings } from './settings.ts';

type Templates = Pick<PullRequestSettings, 'title' | 'body'>;

/**
 * Title and body by their templates, which know what that of the commit message knows. Without one the title is the
 * first line of the commit message; the table of changes stands in the body with and without. Throws PullRequestFailed
 * for a template that is no good.
 */
export function textOf(
  automation: ImageUpdateAutomation,
  { title, body }: Templates,
  { message, files }: Pick<BranchChanges, 'message' | 'files'>,
): PullRequestText {
  const { metadata, spec } = automation;
  const values = spec.git?.commit.messageTemplateValues ?? {};
  const render = (annotation: string, template: string): string => {
    try {
      return commitMessage({ template, automation: metadata, files, values });
    } catch (error) {
      throw pullRequestFailure(`annotation ${annotation}: ${problemOf(error)}; correct the template`);
    }
  };
  return {
    title: title ? render(Annotation.pullRequestTitle, title) : message,
    body: `${body ? `${render(Annotation.pullRequestBody, body).trimEnd()}\n\n` : ''}${changeTable(files)}`,
  };
}

/** The engine knows of commit messages only. */
function problemOf(error: unknown): string {
  return messageOf(error)
    .replace(/^.*?template: commit message:/, 'line ')
    .replaceAll('"commit message"', 'the template');
}
