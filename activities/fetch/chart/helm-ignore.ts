import { compileGlob, type Glob } from '../../../api/formats/glob.ts';
import { ChartError, shown } from './chart-files.ts';

/** What a `.helmignore` says of a path below the chart's directory. */
export type HelmIgnore = (path: string, isDirectory: boolean) => boolean;

interface Rule {
  readonly isNegated: boolean;
  readonly isForDirectories: boolean;
  /** Without a slash the name decides, with one the whole path. */
  readonly isForNames: boolean;
  readonly segments: readonly Glob[];
}

/** Helm's own rule, after those of the file: dot files of templates are none. */
const DEFAULT = 'templates/.?*';

/**
 * Reads a `.helmignore` by the rules of helm's pkg/ignore, which are not git's: the first rule that matches decides,
 * and `!x` excludes all that is not x. Throws a {@link ChartError} naming the line that helm would refuse.
 */
export function parseHelmIgnore(text: string): HelmIgnore {
  const rules: Rule[] = [];
  for (const [index, line] of [...text.split('\n'), DEFAULT].entries()) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    rules.push(parseRule(pattern, index + 1));
  }
  return (path, isDirectory) => isIgnored(rules, path, isDirectory);
}

function parseRule(pattern: string, line: number): Rule {
  const where = `.helmignore:${line}: ${shown(pattern)}`;
  if (pattern.includes('**')) throw new ChartError(`${where} has a double star, which helm does not support`);
  const isNegated = pattern.startsWith('!');
  const withMark = isNegated ? pattern.slice(1) : pattern;
  const isForDirectories = withMark.endsWith('/');
  const path = isForDirectories ? withMark.slice(0, -1) : withMark;
  const isForNames = !path.includes('/');
  const segments: Glob[] = [];
  for (const text of path.replace(/^\//, '').split('/')) {
    const glob = compileGlob(text);
    if (glob === undefined)
      throw new ChartError(`${where} is no pattern; correct its brackets or backslashes`);
    segments.push(glob);
  }
  return { isNegated, isForDirectories, isForNames, segments };
}

function isIgnored(rules: readonly Rule[], path: string, isDirectory: boolean): boolean {
  for (const rule of rules) {
    const { isNegated, isForDirectories } = rule;
    const misses = isForDirectories && !isDirectory;
    if (isNegated && (misses || !matches(rule, path))) return true;
    if (!isNegated && !misses && matches(rule, path)) return true;
  }
  return false;
}

function matches({ isForNames, segments }: Rule, path: string): boolean {
  const names = path.split('/');
  const last = names.at(-1) ?? '';
  if (isForNames) return segments[0]?.matches(last) === true;
  return names.length === segments.length && segments.every((glob, i) => glob.matches(names[i] ?? ''));
}
