import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import type { UpdatedFile } from './changes.ts';

/** The message of a commit, by the template of the spec. */
export function commitMessageOf(_automation: ImageUpdateAutomation, _files: readonly UpdatedFile[]): string {
  return 'Update from image update automation';
}
