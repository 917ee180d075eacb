/** A time as `flux` shows those of a status: whole seconds in the zone of this machine; empty where there is none. */
export function localTime(text: string | undefined): string {
  const time = text ? new Date(text) : undefined;
  if (!time || Number.isNaN(time.getTime())) return '';
  const ahead = -time.getTimezoneOffset();
  const wall = new Date(time.getTime() + ahead * 60_000).toISOString().slice(0, 19);
  return `${wall}${ahead === 0 ? 'Z' : offset(ahead)}`;
}

function offset(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
