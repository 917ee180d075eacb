import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as a collector gets it. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

export interface TraceSink {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly spans: readonly SentSpan[];
  /** The attributes of the processes that sent something, one object each time. */
  readonly resources: readonly Readonly<Record<string, string | undefined>>[];
  close(): void;
}

interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: SentSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

/** A collector of traces on loopback: OTLP over HTTP in JSON. */
export async function startTraceSink(): Promise<TraceSink> {
  const spans: SentSpan[] = [];
  const resources: Readonly<Record<string, string | undefined>>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/v1/traces') return void response.writeHead(404).end();
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
      for (const { resource, scopeSpans } of body.resourceSpans) {
        resources.push(
          Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value.stringValue])),
        );
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      return void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resources,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
