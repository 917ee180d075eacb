import type { ValuesInput } from '../../activities/helm/values/compose.ts';
import type { ValuesData, ValuesReference } from '../../activities/helm/values/references.ts';

/** A row of the golden table of values: see test/support/go/golden/values.go. */
export interface ValuesRow {
  readonly values?: string;
  readonly yaml?: readonly string[];
  readonly set?: readonly { readonly path: string; readonly value: string; readonly literal?: boolean }[];
  readonly from?: readonly ValuesReference[];
  readonly objects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly render?: boolean;
  readonly encoded?: string;
  readonly digest?: string;
  readonly rendered?: string;
  readonly refused?: string;
}

/** What the row asks to be composed. */
export function inputOf(row: ValuesRow): ValuesInput {
  const short = [
    ...(row.yaml ?? []).map((data) => ({ data, fields: {} })),
    ...(row.set ?? []).map(({ path, value, literal = false }) => ({
      data: value,
      fields: { targetPath: path, literal },
    })),
  ];
  const objects = new Map<string, ValuesData>(
    Object.entries(row.objects ?? {}).map(([id, data]) => [
      id,
      id.startsWith('Secret/') ? decoded(data) : data,
    ]),
  );
  for (const [index, { data }] of short.entries()) {
    objects.set(`ConfigMap/short-${index}`, { 'values.yaml': data });
  }
  return {
    namespace: 'apps',
    values: row.values === undefined ? undefined : JSON.parse(row.values),
    valuesFrom: [
      ...short.map(
        ({ fields }, index): ValuesReference => ({ kind: 'ConfigMap', name: `short-${index}`, ...fields }),
      ),
      ...(row.from ?? []),
    ],
    read: async (kind, name) => objects.get(`${kind}/${name}`),
  };
}

function decoded(data: Readonly<Record<string, string>>): ValuesData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}
