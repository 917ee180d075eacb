// Go's time.Parse takes one or two digits where the layout has one, a comma for the point, and several spaces for one.
const DATE = /^(\d{4})-(\d\d?)-(\d\d?)(?:$|(?=[Tt ]))/;
const TIME = /^(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)?$/;

/** Whether go.yaml.in/yaml/v2 takes a scalar for a point in time (resolve.go `parseTimestamp`), and so writes the string in quotes. */
export function isGoTimestamp(text: string): boolean {
  const [date, year, month, day] = DATE.exec(text) ?? [];
  if (date === undefined || !isDate(Number(year), Number(month), Number(day))) return false;
  const rest = text.slice(date.length);
  if (rest === '') return true;
  const [time, hour, minute, second, zone] = TIME.exec(rest.replace(/^(?:[Tt]| +)/, '')) ?? [];
  if (time === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  // A zone belongs to the T, and only to it.
  return rest.startsWith(' ') ? zone === undefined : zone !== undefined && isZone(zone);
}

function isDate(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

/** Offsets of 24 hours and 60 minutes are let through. */
function isZone(zone: string): boolean {
  return zone === 'Z' || (Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) <= 60);
}
