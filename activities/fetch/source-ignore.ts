import { compileGlob, type Glob } from '../../api/formats/glob.ts';

const IGNORE_FILE = '.sourceignore';

/** Never part of an artifact, unless a pattern re-includes it. */
const VCS = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];

/** Left out of an artifact as long as nobody writes a pattern. */
const DEFAULTS = [
  ['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
  ['.github/', '.circleci/', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml'],
  ['cloudbuild.yaml', 'codeship-services.yml', 'codeship-steps.yml'],
  ['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
].flat();

export interface SourceTree {
  /** Paths of files from the root, with `/`. */
  readonly files: readonly string[];
  /** The text of one `.sourceignore` file of the tree. */
  readonly readIgnoreFile: (path: string) => Promise<string> | string;
  /** `spec.ignore`: comes after all files, so it can re-include. */
  readonly specIgnore?: string | undefined;
}

/**
 * The files of a tree that belong into its artifact, by the rules of fluxcd/pkg/sourceignore. Unlike git,
 * the last pattern that matches a file or one of its directories decides, so `!dir/file` re-includes a file
 * of an excluded directory.
 */
export async function withoutIgnored(tree: SourceTree): Promise<string[]> {
  const patterns: Pattern[] = [];
  for (const path of ignoreFiles(tree.files)) {
    patterns.push(...parsePatterns(await tree.readIgnoreFile(path), path.split('/').slice(0, -1)));
  }
  patterns.push(...parsePatterns(tree.specIgnore ?? '', []));
  const standing = patterns.length === 0 ? [...VCS, ...DEFAULTS] : VCS;
  const matches = [...standing.map((text) => parsePattern(text, [])), ...patterns].reverse();
  return tree.files.filter((file) => {
    const path = file.split('/');
    const decisive = matches.find((pattern) => matchesFile(pattern, path));
    return decisive === undefined || decisive.includes;
  });
}

/** Parents before children, siblings by name: a later file outranks an earlier one. Excluded directories count too. */
function ignoreFiles(files: readonly string[]): string[] {
  return files
    .filter((file) => file === IGNORE_FILE || file.endsWith(`/${IGNORE_FILE}`))
    .filter((file) => !file.startsWith('.git/') && !file.includes('/.git/'))
    .sort((a, b) => compareDirectories(a.split('/').slice(0, -1), b.split('/').slice(0, -1)));
}

function compareDirectories(a: readonly string[], b: readonly string[]): number {
  for (const [index, name] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (name !== other) return Buffer.compare(Buffer.from(name), Buffer.from(other));
  }
  return a.length - b.length;
}

interface Pattern {
  /** The directory the pattern is about, as path segments. */
  readonly domain: readonly string[];
  readonly segments: readonly Segment[];
  /** Whether it re-includes (`!`). */
  readonly includes: boolean;
  readonly isForDirectories: boolean;
}

/** Undefined stands for a malformed glob, which matches nothing. */
type Segment = '' | '**' | Glob | undefined;

function parsePatterns(text: string, domain: readonly string[]): Pattern[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => parsePattern(line, domain));
}

function parsePattern(line: string, domain: readonly string[]): Pattern {
  const includes = line.startsWith('!');
  const body = includes ? line.slice(1) : line;
  const text = body.endsWith('\\ ') ? body : body.replace(/ +$/, '');
  const isForDirectories = text.endsWith('/');
  const path = isForDirectories ? text.slice(0, -1) : text;
  const names = path.split('/');
  const segments = names.length === 1 ? [compileGlob(path)] : names.map(parseSegment);
  return { domain, segments, includes, isForDirectories };
}

function parseSegment(text: string): Segment {
  if (text === '' || text === '**') return text;
  // Two stars beside other characters are an invalid pattern to the original, but only in paths.
  return text.includes('**') ? undefined : compileGlob(text);
}

function matchesFile(pattern: Pattern, file: readonly string[]): boolean {
  const { domain, segments } = pattern;
  if (file.length <= domain.length || !domain.every((name, index) => file[index] === name)) return false;
  const path = file.slice(domain.length);
  const end = segments.length === 1 ? endOfName(segments[0], path) : endOfPath(segments, path);
  // A pattern for directories does not match a file, but what lies below a directory.
  return end !== undefined && !(pattern.isForDirectories && end === path.length);
}

/** A pattern without a slash matches the name of the file or of any directory above it. */
function endOfName(segment: Segment, path: readonly string[]): number | undefined {
  const index = path.findIndex((name) => matchesName(segment, name));
  return index < 0 ? undefined : index + 1;
}

/** How many segments of the path the pattern takes; undefined when it does not match. */
function endOfPath(segments: readonly Segment[], path: readonly string[]): number | undefined {
  let position = 0;
  let hasMatched = false;
  let mayTraverse = false;
  for (const [index, segment] of segments.entries()) {
    if (segment === '**' && index === segments.length - 1) break;
    if (segment === '' || segment === '**') {
      mayTraverse = segment === '**';
      continue;
    }
    if (position >= path.length) return undefined;
    // Takes the first directory that fits and never another one, as the original.
    const found = mayTraverse
      ? path.findIndex((name, at) => at >= position && matchesName(segment, name))
      : position;
    if (!matchesName(segment, path[found] ?? '')) return undefined;
    position = found + 1;
    hasMatched = true;
    mayTraverse = false;
  }
  return hasMatched ? position : undefined;
}

function matchesName(segment: Segment, name: string): boolean {
  return typeof segment === 'object' && segment.matches(name);
}
