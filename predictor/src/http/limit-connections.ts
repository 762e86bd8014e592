import type { Server } from 'node:net';

/**
 * Closes what comes while as many connections are open as may be. Without that the process would run out of
 * descriptors: then it could neither answer probes nor open a file.
 * @param refused called for each
 */
export function limitConnections(server: Server, most: number, refused: () => void): void {
  // Without the second a process among several would hand a connection back, only to be given it again, without end.
  if (Number.isFinite(most)) Object.assign(server, { maxConnections: most, dropMaxConnection: true });
  server.on('drop', refused);
}
