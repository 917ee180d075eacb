import { createServer } from 'node:http';
import { hangUp, listen } from './listen.ts';

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Makes what is behind a path, each time that somebody asks. */
export type Page = () => Promise<Answer>;

export interface PageServer {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

const REQUEST_MS = 5_000;
const MOST_CONNECTIONS = 100;

/** Serves a few pages to those who watch over the worker. `address` is `host:port`, `:port` for all interfaces. */
export async function servePages(
  address: string,
  pages: Readonly<Record<string, Page>>,
): Promise<PageServer> {
  const server = createServer(
    { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS },
    (request, response) => {
      request.resume();
      answer(pages, request.method ?? '', request.url ?? '').then(
        ({ status, contentType, body }) =>
          response
            .writeHead(status, { 'Content-Type': contentType, 'Cache-Control': 'no-store' })
            .end(request.method === 'HEAD' ? '' : body),
        () => response.destroy(),
      );
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  const url = await listen(server, address);
  return { url, close: () => hangUp(server) };
}

async function answer(pages: Readonly<Record<string, Page>>, method: string, url: string): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD\n');
  const path = url.split('?', 1)[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  return page ? page() : text(404, 'no such page\n');
}

/** An answer in plain text. */
export function text(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
