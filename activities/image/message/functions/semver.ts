import {
  checkVersion,
  compareVersions,
  parseConstraint,
  parseVersion,
  type Version,
} from '../../../../api/formats/semver.ts';
import { SEMVER } from '../arguments.ts';
import { Refusal } from '../errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { type GoMethod, type GoStruct, type GoValue, integer, isStruct } from '../value.ts';

/** Versions and ranges in Masterminds' rules. */
export const semverFunctions: FunctionTable = {
  semver: define(['string'], (text) => versionValue(text)),
  semverCompare: define(['string', 'string'], (range, text) => {
    const constraint = parseConstraint(range);
    if (!constraint) throw new Refusal(`improper constraint: ${range}`);
    return checkVersion(readVersion(text), constraint);
  }),
};

function readVersion(text: string): Version {
  const version = parseVersion(text);
  if (!version) throw new Refusal('invalid semantic version');
  return version;
}

/** A version as templates see it. Its methods that make other versions are left out. */
function versionValue(text: string): GoStruct {
  const version = readVersion(text);
  const metadata = text.includes('+') ? text.slice(text.indexOf('+') + 1) : '';
  const numbers = `${version.major}.${version.minor}.${version.patch}`;
  const shown =
    numbers + (version.prerelease ? `-${version.prerelease}` : '') + (metadata ? `+${metadata}` : '');
  const methods: readonly (readonly [name: string, method: GoMethod])[] = [
    ['Major', getter(integer(version.major, 'uint64'))],
    ['Minor', getter(integer(version.minor, 'uint64'))],
    ['Patch', getter(integer(version.patch, 'uint64'))],
    ['Prerelease', getter(version.prerelease)],
    ['Metadata', getter(metadata)],
    ['Original', getter(text)],
    ['Compare', comparing(shown, (order) => integer(Math.sign(order)))],
    ['Equal', comparing(shown, (order) => order === 0)],
    ['LessThan', comparing(shown, (order) => order < 0)],
    ['LessThanEqual', comparing(shown, (order) => order <= 0)],
    ['GreaterThan', comparing(shown, (order) => order > 0)],
    ['GreaterThanEqual', comparing(shown, (order) => order >= 0)],
  ];
  return {
    kind: 'struct',
    type: SEMVER,
    fields: [],
    text: shown,
    isTextInJson: true,
    methods: new Map(methods),
  };
}

function getter(value: GoValue): GoMethod {
  return { arguments: 0, call: () => value };
}

function comparing(text: string, answer: (order: number) => GoValue): GoMethod {
  const call = ([other]: readonly GoValue[]): GoValue =>
    answer(compareVersions(readVersion(text), readVersion(isStruct(other) ? (other.text ?? '') : '')));
  return { arguments: 1, call };
}
