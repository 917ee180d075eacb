import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** By the code of Node's error; all others are 400. */
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

// So long may somebody go on sending who has his answer.
const LINGER_MS = 1_000;

/**
 * Answers what is no request as Node does by itself, but lets its sender read that: a connection that is closed over
 * bytes which nobody read is reset, and with it goes the answer.
 */
export function answerBroken(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    // Each further piece of it is an error of its own.
    if (socket.writableEnded) return;
    if (!socket.writable) return void socket.destroy();
    const status = STATUSES[error.code ?? ''] ?? 400;
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    const late = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(late));
  });
}
