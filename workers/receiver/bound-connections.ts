import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps so many connections. One more takes the place of the one that has been without a request for the longest time, so
 * that those who only hold connections keep nobody out who has something to say.
 */
export function boundConnections(server: Server, most: number): void {
  const quiet = new Set<Socket>();
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    quiet.add(socket);
    socket.once('close', () => {
      open -= 1;
      quiet.delete(socket);
    });
    if (open <= most) return;
    const [longest = socket] = quiet;
    quiet.delete(longest);
    longest.destroy();
  });
  server.on('request', ({ socket }, response) => {
    quiet.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) quiet.add(socket);
    });
  });
}
