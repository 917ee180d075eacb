/**
 * Lines that GitLab would take for commands, such as /merge, made plain text that looks the same. Without zeros, which it
 * refuses, and behind which a command would show once they are taken out.
 */
export function withoutQuickActions(text: string): string {
  return text.replaceAll('\0', '').replace(/^([ \t]*)\/(?=[a-z])/gim, '$1\\/');
}
