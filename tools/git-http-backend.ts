import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gitEnvironment } from './git.ts';

/** Answers one request of git's smart HTTP protocol from the bare repositories under `root`, by git's own CGI program. */
export function serveGit(
  root: string,
  user: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      REMOTE_USER: user,
      REMOTE_ADDR: request.socket.remoteAddress ?? '',
      ...header(request, 'content-type', 'CONTENT_TYPE'),
      ...header(request, 'content-length', 'CONTENT_LENGTH'),
      ...header(request, 'content-encoding', 'HTTP_CONTENT_ENCODING'),
      ...header(request, 'git-protocol', 'GIT_PROTOCOL'),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // The client may go away, and the program may answer before it has read everything.
  child.stdin.on('error', () => request.resume());
  response.once('close', () => child.kill());
  child.once('error', () => response.destroy());
  request.pipe(child.stdin);

  let head = Buffer.alloc(0);
  child.stdout.on('data', function untilBody(chunk: Buffer) {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    child.stdout.off('data', untilBody);
    writeHead(response, head.subarray(0, end).toString('latin1'));
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  });
  child.stdout.once('end', () => {
    if (!response.headersSent) response.writeHead(500).end();
  });
}

function header(request: IncomingMessage, name: string, variable: string): Record<string, string> {
  const value = request.headers[name];
  return typeof value === 'string' ? { [variable]: value } : {};
}

function writeHead(response: ServerResponse, text: string): void {
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
