import { readFileSync } from 'node:fs';
import { bigIntegerDigits } from '../../api/formats/big-integer.ts';
import { parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import {
  dependency,
  goDuration,
  kindAndName,
  kindNameNamespace,
  labels,
  type ObjectName,
  objectName,
} from './create-fields.ts';

export interface HelmReleaseOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly source?: string;
  readonly chart?: string;
  readonly chartVersion?: string;
  readonly chartRef?: string;
  readonly chartInterval?: string;
  readonly reconcileStrategy: string;
  readonly releaseName?: string;
  readonly targetNamespace?: string;
  readonly createTargetNamespace?: boolean;
  readonly storageNamespace?: string;
  readonly dependsOn?: readonly string[];
  readonly serviceAccount?: string;
  readonly crds?: string;
  readonly values?: readonly string[];
  readonly valuesFrom?: readonly string[];
  readonly kubeconfigSecretRef?: string;
}

const SOURCE_KINDS = ['HelmRepository', 'GitRepository', 'Bucket'];
const REFERENCE_KINDS = ['OCIRepository', 'HelmChart'];
const VALUES_KINDS = ['Secret', 'ConfigMap'];
const CRDS = ['Skip', 'Create', 'CreateReplace'];
const STRATEGIES = ['Revision', 'ChartVersion'];

/** The HelmRelease that a command line describes; reads the files of `--values`. */
export function helmReleaseManifest(at: ObjectName, options: HelmReleaseOptions): KubeObject {
  const secret = options.kubeconfigSecretRef;
  const spec = {
    ...chart(options),
    interval: goDuration('interval', options.interval),
    ...given({
      releaseName: options.releaseName,
      targetNamespace: options.targetNamespace,
      // Unlike the field's own default: what is installed elsewhere keeps its records there too.
      storageNamespace: options.storageNamespace || options.targetNamespace,
      dependsOn: options.dependsOn?.map(dependency),
      serviceAccountName: options.serviceAccount,
      kubeConfig: secret && { secretRef: { name: secret } },
      values: options.values && valuesOf(options.values),
      valuesFrom: options.valuesFrom?.map(valuesReference),
    }),
    ...actions(options),
  };
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { ...objectName(at), ...labels(options.label) },
    spec,
  };
}

/** The fields that were given: none that are undefined, empty or without members. */
function given(fields: Readonly<Record<string, unknown>>): object {
  const isGiven = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value)));
}

function chart(options: HelmReleaseOptions): object {
  const { chart: name, chartRef, chartVersion: version, chartInterval, source } = options;
  if (!name && !chartRef) throw new Error('chart or chart-ref is required');
  if (name && chartRef) throw new Error('cannot use --chart in combination with --chart-ref');
  const strategy = reconcileStrategy(options.reconcileStrategy);
  if (chartRef) return { chartRef: chartReference(chartRef) };
  if (!source) throw new Error('chart source is required');
  const interval = chartInterval && goDuration('chart-interval', chartInterval);
  const sourceRef = kindNameNamespace(source);
  return {
    chart: {
      spec: {
        chart: name,
        ...(version && { version }),
        sourceRef: { ...sourceRef, kind: chartSourceKind(source, sourceRef) },
        reconcileStrategy: strategy,
        ...(interval && { interval }),
      },
    },
  };
}

/** The kind of a chart's source, written in any case. */
export function chartSourceKind(text: string, { kind, name }: { kind: string; name: string }): string {
  if (!kind || !name) {
    throw new Error(
      `invalid argument "${text}" for "--source" flag: invalid helm chart source '${text}', must be in format <kind>/<name>`,
    );
  }
  const known = anyCase(SOURCE_KINDS, kind);
  if (known) return known;
  throw new Error(
    `invalid argument "${text}" for "--source" flag: source kind '${kind}' is not supported, must be one of: ${SOURCE_KINDS.join(', ')}`,
  );
}

/** Checks `--reconcile-strategy`. */
export function reconcileStrategy(text: string): string {
  if (STRATEGIES.includes(text)) return text;
  throw new Error(`'${text}' is an invalid reconcile strategy(valid: ${STRATEGIES.join(', ')})`);
}

function chartReference(text: string): object {
  const reference = kindNameNamespace(text);
  if (REFERENCE_KINDS.includes(reference.kind)) return reference;
  throw new Error(
    `chart reference kind '${reference.kind}' is not supported, must be one of: ${REFERENCE_KINDS.join(', ')}`,
  );
}

function actions({ createTargetNamespace, crds }: HelmReleaseOptions): object {
  if (crds !== undefined && !CRDS.includes(crds)) {
    throw new Error(
      `invalid argument "${crds}" for "--crds" flag: unsupported upgrade CRDs policy '${crds}', must be one of: ${CRDS.join(', ')}`,
    );
  }
  const install = {
    ...(createTargetNamespace && { createNamespace: true }),
    // The flag is the policy of upgrades; what is not there yet is always created.
    ...(crds && { crds: 'Create' }),
  };
  return {
    ...(Object.keys(install).length > 0 && { install }),
    ...(crds && { upgrade: { crds } }),
  };
}

function valuesOf(files: readonly string[]): object {
  return files.map(readValues).reduce(merge, {});
}

type Values = Readonly<Record<string, unknown>>;

function readValues(file: string): Values {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`reading values from ${file} failed: ${why}`, { cause: error });
  }
  const [document, ...more] = parseYamlDocuments(text, { file, lastKeyWins: true });
  const values = document?.value ?? {};
  if (!isValues(values) || more.length > 0) throw new Error(`values from ${file} are not one YAML map`);
  return values;
}

function merge(below: Values, above: Values): Values {
  const merged = Object.entries(above).map(([key, value]) => {
    const old = below[key];
    return [key, isValues(old) && isValues(value) ? merge(old, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(merged) };
}

function isValues(value: unknown): value is Values {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && bigIntegerDigits(value) === undefined;
}

function valuesReference(text: string): object {
  const { kind, name } = kindAndName(text);
  if (!kind) {
    throw new Error(`invalid Kubernetes object reference '${text}', must be in format <kind>/<name>`);
  }
  const known = anyCase(VALUES_KINDS, kind);
  if (known) return { kind: known, name };
  throw new Error(`reference kind '${kind}' is not supported, must be one of: ${VALUES_KINDS.join(', ')}`);
}

function anyCase(words: readonly string[], word: string): string | undefined {
  return words.find((known) => known.toLowerCase() === word.toLowerCase());
}
