const NAME = /^(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Whether an object can have the label at all: a name with an optional DNS prefix, and a value that may be empty. */
export function isLabel(key: string, value: string): boolean {
  const slash = key.indexOf('/');
  const isNamed = NAME.test(key.slice(slash + 1)) && (slash < 0 || PREFIX.test(key.slice(0, slash)));
  return isNamed && (value === '' || NAME.test(value));
}
