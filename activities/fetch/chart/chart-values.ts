import { bigIntegerDigits } from '../../../api/formats/big-integer.ts';
import { ManifestError, parseYamlDocuments, stringifyYaml } from '../../../api/formats/manifest-yaml.ts';
import { isRecord } from '../../apply/pointer.ts';
import { ChartError } from './chart-files.ts';

/** Values of a chart, or the fields of its `Chart.yaml`. */
export type ChartYaml = Readonly<Record<string, unknown>>;

/** The first document of a file, empty when the file is. Throws a {@link ChartError} naming file and line. */
export function readChartYaml(content: Buffer, file: string): ChartYaml {
  const [first = {}] = readMappings(content, file);
  return first;
}

/** The documents of a `values.yaml`, merged as helm merges them. Throws a {@link ChartError} naming file and line. */
export function readDefaultValues(content: Buffer, file: string): ChartYaml {
  return readMappings(content, file).reduce(mergeValues, {});
}

/** Merges as helm and Flux do: what is merged in wins, mappings are merged key by key, null is a value. */
export function mergeValues(base: ChartYaml, over: ChartYaml): ChartYaml {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    merged.set(key, isMapping(before) && isMapping(value) ? mergeValues(before, value) : value);
  }
  // fromEntries defines properties, so that a key "__proto__" is one like any other.
  return Object.fromEntries(merged);
}

/** As a file; no values are an empty one, as Flux writes it. */
export function writeChartYaml(values: ChartYaml): Buffer {
  return Buffer.from(Object.keys(values).length === 0 ? '' : stringifyYaml(values));
}

function readMappings(content: Buffer, file: string): ChartYaml[] {
  return parse(content, file).map(({ value, line }) => {
    if (!isMapping(value)) throw new ChartError(`${file}:${line}: is no mapping`);
    return value;
  });
}

function parse(content: Buffer, file: string) {
  try {
    return parseYamlDocuments(content.toString('utf8'), { file, lastKeyWins: true });
  } catch (error) {
    if (error instanceof ManifestError) throw new ChartError(error.message);
    throw error;
  }
}

function isMapping(value: unknown): value is ChartYaml {
  return isRecord(value) && bigIntegerDigits(value) === undefined;
}
