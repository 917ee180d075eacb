import { compileRegExp } from '../../api/formats/regexp.ts';
import { namedGroupsOf } from '../../api/formats/regexp-groups.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { goDuration, labels, type ObjectName, objectName } from './create-fields.ts';

export interface ImagePolicyOptions {
  readonly label?: readonly string[];
  readonly imageRef?: string;
  readonly selectSemver?: string;
  readonly selectAlpha?: string;
  readonly selectNumeric?: string;
  readonly filterRegex?: string;
  readonly filterExtract?: string;
  readonly reflectDigest?: string;
  readonly interval?: string;
}

/** The ImagePolicy that a command line describes; throws `flux`'s sentences for what is missing or wrong. */
export function imagePolicyManifest(at: ObjectName, options: ImagePolicyOptions): KubeObject {
  const name = objectName(at);
  if (!options.imageRef) {
    throw new Error('the name of an ImageRepository in the namespace is required (--image-ref)');
  }
  return {
    apiVersion: API_VERSION.ImagePolicy,
    kind: Kind.ImagePolicy,
    metadata: { ...name, ...labels(options.label) },
    spec: {
      imageRepositoryRef: { name: options.imageRef },
      policy: policyOf(options),
      ...filterOf(options),
      ...reflectionOf(options),
    },
  };
}

function policyOf({ selectSemver, selectAlpha, selectNumeric }: ImagePolicyOptions): object {
  const given = [selectSemver, selectAlpha, selectNumeric].filter(Boolean);
  if (given.length > 1) {
    throw new Error('only one of --select-semver, --select-alpha or --select-numeric can be specified');
  }
  if (selectSemver) return { semver: { range: selectSemver } };
  if (selectAlpha) return { alphabetical: { order: order('--select-alpha', selectAlpha) } };
  if (selectNumeric) return { numerical: { order: order('--select-numeric', selectNumeric) } };
  throw new Error('a policy must be provided with either --select-semver or --select-alpha');
}

function order(flag: string, text: string): string {
  if (text !== 'asc' && text !== 'desc') throw new Error(`${flag} must be one of ["asc", "desc"]`);
  return text;
}

function filterOf({ filterRegex: pattern, filterExtract: extract }: ImagePolicyOptions): object {
  if (!pattern) {
    if (!extract) return {};
    throw new Error('cannot specify --filter-extract without specifying --filter-regex');
  }
  const groups = groupsOf(pattern);
  if (extract) checkExtract(extract, groups);
  // A field of the API's type that is always written.
  return { filterTags: { pattern, extract: extract ?? '' } };
}

function groupsOf(pattern: string): ReadonlySet<string> {
  try {
    compileRegExp(pattern);
  } catch {
    throw new Error('--filter-regex is an invalid regex pattern');
  }
  return new Set(namedGroupsOf(pattern).keys());
}

// `$name` and `${name}` as Go's `Regexp.Expand` reads them.
const REFERENCE = /^\$(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u;
const NUMBER = /^(?:0|[1-9][0-9]{0,8})$/;

/** Throws unless every group that a template names is one of the pattern's; numbers are not looked at, as with `flux`. */
function checkExtract(template: string, groups: ReadonlySet<string>): void {
  for (let at = template.indexOf('$'); at >= 0; at = template.indexOf('$', at)) {
    if (template[at + 1] === '$') {
      at += 2;
      continue;
    }
    const [text, braced, bare] = REFERENCE.exec(template.slice(at)) ?? [];
    const name = braced ?? bare;
    if (!text || !name) throw new Error('--filter-extract is malformed');
    if (!NUMBER.test(name) && !groups.has(name)) {
      throw new Error(`capture group $${name} used in --filter-extract not found in --filter-regex`);
    }
    at += text.length;
  }
}

const REFLECTIONS = ['Never', 'IfNotPresent', 'Always'];

function reflectionOf({ reflectDigest, interval: text }: ImagePolicyOptions): object {
  if (reflectDigest && !REFLECTIONS.includes(reflectDigest)) {
    throw new Error("invalid value for --reflect-digest, must be one of 'Never', 'IfNotPresent', 'Always'");
  }
  const interval = text === undefined ? '0s' : goDuration('interval', text);
  if (interval !== '0s' && reflectDigest !== 'Always') {
    throw new Error(
      "the --interval flag can only be used with the 'Always' digest reflection policy, use --reflect-digest=Always",
    );
  }
  return {
    ...(reflectDigest && { digestReflectionPolicy: reflectDigest }),
    ...(interval !== '0s' && { interval }),
  };
}
