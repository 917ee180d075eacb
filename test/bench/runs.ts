import { SearchAttribute } from '../../api/names.ts';
import { connectTemporal } from '../../client/temporal.ts';
import type { Rig } from './rig.ts';

const SAMPLE = 50;

/** The median number of history events that a finished run of a kind has. */
export async function historyEvents({ stack }: Rig, kind: string): Promise<number> {
  const client = await connectTemporal({
    address: stack.temporalAddress,
    namespace: stack.temporalNamespace,
  });
  try {
    const query = `${SearchAttribute.kind} = '${kind}' AND WorkflowType = 'kustomization' AND ExecutionStatus = 'Completed'`;
    const lengths: number[] = [];
    for await (const { historyLength } of client.workflow.list({ query, pageSize: SAMPLE })) {
      if (historyLength !== undefined) lengths.push(historyLength);
      if (lengths.length >= SAMPLE) break;
    }
    return median(lengths);
  } finally {
    await client.connection.close();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
