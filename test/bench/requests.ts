import type { KubeClient } from '../../activities/kube/client.ts';

/** Requests that an API server has answered so far. */
export interface Requests {
  readonly all: number;
  /** Writes of a status of our kinds. */
  readonly statuses: number;
}

const COUNTER = /^apiserver_request_total\{(?<labels>.*)\} (?<value>\S+)$/gm;
const OURS = /group="(?:source|helm|kustomize)\.toolkit\.fluxcd\.io"/;

/** Reads the counters of the API server. */
export async function requestsTo(kube: KubeClient): Promise<Requests> {
  const { body } = await kube.forward({
    method: 'GET',
    path: '/metrics',
    headers: { accept: 'text/plain' },
    body: null,
    isWatch: false,
    signal: AbortSignal.timeout(30_000),
  });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  let all = 0;
  let statuses = 0;
  for (const { groups } of Buffer.concat(chunks).toString().matchAll(COUNTER)) {
    const { labels = '', value = '0' } = groups ?? {};
    all += Number(value);
    if (OURS.test(labels) && labels.includes('subresource="status"')) statuses += Number(value);
  }
  return { all, statuses };
}
