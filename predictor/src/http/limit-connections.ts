import type { Server } from 'node:net';

/**
 * Closes what comes while as many connections are open as may be. Without that the process would run out of
 * descriptors: then it could neither answer probes nor open a file.
 * @param refused called for each
 */
export function limitConnections(server: Server, most: number, refused: () => void): void {
  if (Number.isFinite(most)) server.maxConnections = most;
  server.on('drop', refused);
}
