/** Whether kustomize fetches this by HTTP without a look at the disk. */
export function isHttp(reference: string): boolean {
  return /^\s*https?:/i.test(reference);
}

/**
 * Whether kustomize would clone a repository for this directory: a URL, `user@host:path`, or a path on
 * github.com (api/internal/git/repospec.go; a host without scheme is taken only for GitHub).
 */
export function looksRemote(reference: string): boolean {
  const rest = reference.replace(/^git::/i, '');
  return (
    rest !== reference ||
    /^(?:ssh|https?|file):\/\//i.test(rest) ||
    /^[a-z][a-z0-9-]*@/i.test(rest) ||
    /^github\.com[/:]/i.test(rest) ||
    /[?&](?:ref|version)=/.test(rest)
  );
}
