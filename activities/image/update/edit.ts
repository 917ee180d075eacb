import type { ImageRef } from '../../../api/image-policy.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { batches } from '../../fetch/batches.ts';
import { parseBatch } from '../../fetch/commit.ts';
import { catFiles, GitCommandError } from '../../fetch/git.ts';
import type { UpdatedFile } from './changes.ts';
import type { MarkedFiles, Tree, TreeFile } from './find-marked.ts';
import { type FileOutcome, setImages } from './set-images.ts';
import type { FileEdit } from './write-tree.ts';

/** What the policies change in a tree. */
export interface Edit {
  /** New content by paths of the repository. */
  readonly files: readonly FileEdit[];
  /** The same with what changed in them, by paths below `spec.update.path`. */
  readonly updated: readonly UpdatedFile[];
  readonly problems: readonly string[];
}

interface Wanted {
  readonly images: ReadonlyMap<string, ImageRef>;
  /** Whether a marker that names none of the images is worth a sentence. */
  readonly isOurs: (setter: string) => boolean;
}

const HEADER_BYTES = 128;
const MOST_CHANGED = 64 * 1024 * 1024;

/**
 * Sets the images of policies in marked files. What a file was is let go of as soon as it is read: only those that
 * change are held. Throws UpdateFailed when they are more than {@link MOST_CHANGED} bytes.
 */
export async function editFiles(
  tree: Tree,
  { base, files, problems }: MarkedFiles,
  { images, isOurs }: Wanted,
): Promise<Edit> {
  const edits: FileEdit[] = [];
  const updated: UpdatedFile[] = [];
  const found = [...problems];
  let bytes = 0;
  for (const batch of batches(files)) {
    const read = await readBlobs(tree, batch);
    for (const [index, file] of batch.entries()) {
      // Between two files other work of the process gets its turn.
      await new Promise((turn) => setImmediate(turn));
      tree.session.signal.throwIfAborted();
      const outcome = setImages(pathBelow(base, file.path), present(file, read[index]), images);
      found.push(...sentencesOf(outcome, isOurs));
      if (outcome.file === undefined) continue;
      const { content } = outcome.file;
      bytes += content.length;
      if (bytes > MOST_CHANGED) throw tooMuch();
      updated.push(outcome.file);
      edits.push({ path: file.path, mode: file.mode, content });
    }
  }
  return { files: edits, updated, problems: [...new Set(found)] };
}

async function readBlobs(
  { session, repository }: Tree,
  files: readonly TreeFile[],
): Promise<readonly (Buffer | undefined)[]> {
  const ids = files.map(({ id }) => id);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const maxOutput = bytes + ids.length * HEADER_BYTES;
  return parseBatch(await catFiles(session, ids, { repository, maxOutput }));
}

function sentencesOf({ problem, unknownPolicies }: FileOutcome, isOurs: Wanted['isOurs']): readonly string[] {
  const unknown = unknownPolicies
    .filter(isOurs)
    .map((setter) => `${setter}: no such policy, or it has not chosen an image`);
  return problem === undefined ? unknown : [problem, ...unknown];
}

function present({ id }: TreeFile, content: Buffer | undefined): Buffer {
  if (content === undefined) throw new GitCommandError('exit', `fatal: missing blob ${id}`);
  return content;
}

function pathBelow(base: string, path: string): string {
  return base === '' ? path : path.slice(base.length + 1);
}

function tooMuch(): Error {
  return failed(
    Reason.UpdateFailed,
    `failed to apply policies: the files that change are larger than ${MOST_CHANGED} bytes together; set spec.update.path`,
  );
}
