/**
 * The words of a reason such as `HealthCheckFailed`, in lower case: runs of one class of characters, where the last
 * capital before small letters begins their word (`splitCamelcase` of notification-controller).
 */
export function wordsOf(reason: string): string {
  const words = reason.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{Nd}+|[^\p{Lu}\p{Ll}\p{Nd}]+/gu) ?? [];
  return words.join(' ').toLowerCase();
}
