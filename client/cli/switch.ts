import { Option } from 'commander';

/** A flag without a value and its variable. Commander would take the variable for set whatever it says, `false` as well. */
export function switchOption(flags: string, variable: string, description: string): Option {
  const option = new Option(flags, `${description} (env: ${variable})`);
  const isOn = readSwitch(variable);
  return isOn === undefined ? option : option.default(isOn !== option.negate);
}

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** What a variable of the environment says; undefined when it is empty or not there. */
export function readSwitch(variable: string): boolean | undefined {
  const text = process.env[variable]?.trim().toLowerCase();
  if (!text) return undefined;
  const value = WORDS[text];
  if (value === undefined)
    throw new Error(`invalid ${variable}=${JSON.stringify(process.env[variable])}: write true or false`);
  return value;
}
