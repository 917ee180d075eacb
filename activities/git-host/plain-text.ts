/** Lines that GitLab would take for commands, such as /merge, made plain text that looks the same. */
export function withoutQuickActions(text: string): string {
  return text.replace(/^([ \t]*)\/(?=[a-z])/gim, '$1\\/');
}
