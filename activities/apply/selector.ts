import { wholeMatcher } from '../../api/formats/regexp.ts';
import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import { messageOf } from '../failures.ts';

type IgnoreRule = NonNullable<KustomizationSpec['ignore']>[number];
export type Selector = NonNullable<IgnoreRule['target']>;
type Matches = (object: KubeObject) => boolean;

/**
 * Compiles a kustomize-style selector: anchored RE2 expressions, and label expressions for the two maps. None
 * selects everything. Throws an Error that names the part which does not parse.
 */
export function compileSelector(selector: Selector | undefined): Matches {
  if (!selector) return () => true;
  const group = compilePattern('group', selector.group);
  const version = compilePattern('version', selector.version);
  const kind = compilePattern('kind', selector.kind);
  const name = compilePattern('name', selector.name);
  const namespace = compilePattern('namespace', selector.namespace);
  const labels = compileLabelSelector(selector.labelSelector);
  const annotations = compileLabelSelector(selector.annotationSelector);
  return (object) => {
    const at = parseApiVersion(object.apiVersion);
    const { metadata } = object;
    return (
      [group(at.group), version(at.version), kind(object.kind), name(metadata.name)].every(Boolean) &&
      namespace(metadata.namespace ?? '') &&
      labels(metadata.labels ?? {}) &&
      annotations(metadata.annotations ?? {})
    );
  };
}

function compilePattern(part: string, pattern: string | undefined): (text: string) => boolean {
  try {
    return wholeMatcher(pattern);
  } catch (error) {
    throw new Error(`invalid ${part} regex: ${messageOf(error)}`, { cause: error });
  }
}

type Labels = Readonly<Record<string, string>>;

/** Compiles a label selector of the Kubernetes API (`a=b,c!=d,e in (x,y),f notin (z),g,!h`); throws an Error. */
export function compileLabelSelector(text: string | undefined): (labels: Labels) => boolean {
  const requirements = splitRequirements(text ?? '').map(compileRequirement);
  return (labels) => requirements.every((isMet) => isMet(labels));
}

function splitRequirements(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const KEY = '([A-Za-z0-9][A-Za-z0-9._/-]*)';
const SET = new RegExp(`^${KEY}\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUALITY = new RegExp(`^${KEY}\\s*(==|=|!=)\\s*([A-Za-z0-9._-]*)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*${KEY}$`);

function compileRequirement(text: string): (labels: Labels) => boolean {
  const set = SET.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    // `notin` and `!=` also hold for an object without the label.
    return (labels) => values.has(labels[key] ?? '\0') === (operator === 'in');
  }
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = EXISTENCE.exec(text);
  if (!existence) throw new Error(`invalid label selector: unable to parse "${text}"`);
  const [, not, key = ''] = existence;
  return (labels) => Object.hasOwn(labels, key) === (not === '');
}
