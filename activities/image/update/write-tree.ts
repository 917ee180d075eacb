import { GitCommandError, git } from '../../fetch/git.ts';
import type { Tree } from './find-marked.ts';

/** New content of a file that the tree has. */
export interface FileEdit {
  readonly path: string;
  readonly mode: string;
  readonly content: Buffer;
}

// Never left behind: the last command takes it away.
const SCRATCH_REF = 'refs/pawl-edit';

/**
 * Writes the tree of a commit with other content in some files, and answers its id. One process writes all of it:
 * `git fast-import`, which takes paths and content as they are. Nothing refers to the tree until a commit does.
 */
export async function writeTree(tree: Tree, edits: readonly FileEdit[]): Promise<string> {
  const { session, repository, commit } = tree;
  const input = Buffer.concat([
    ...edits.flatMap(({ content }, index) => [
      Buffer.from(`blob\nmark :${index + 1}\ndata ${content.length}\n`),
      content,
      Buffer.from('\n'),
    ]),
    // The same bytes for the same edits, so that a repeated edit adds nothing to the repository.
    Buffer.from(`commit ${SCRATCH_REF}\ncommitter edit <edit> 0 +0000\ndata 0\nfrom ${commit}\n`),
    ...edits.map(({ path, mode }, index) => Buffer.from(`M ${mode} :${index + 1} ${quoted(path)}\n`)),
    Buffer.from(`ls ""\n\nreset ${SCRATCH_REF}\nfrom ${'0'.repeat(commit.length)}\n\ndone\n`),
  ]);
  const args = ['fast-import', '--quiet', '--force', '--done'];
  const answer = await git(session, args, { repository, input });
  const id = /^040000 tree ([0-9a-f]+)\t/.exec(answer)?.[1];
  if (id === undefined)
    throw new GitCommandError('exit', `fatal: no tree was written: ${answer.slice(0, 200)}`);
  return id;
}

/** Writes a commit object and answers its id. */
export async function writeCommit({ session, repository }: Tree, object: Buffer): Promise<string> {
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin'];
  return (await git(session, args, { repository, input: object })).trim();
}

function quoted(path: string): string {
  const escaped = path.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}
