import { readFileSync } from 'node:fs';

/** For files, threads, libraries and the admin port. */
const RESERVED = 128;

/**
 * Files and sockets that this process may have open, as Linux says it; Infinity where nothing does.
 */
export function openDescriptors(): number {
  try {
    const [, most] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return most === undefined ? Infinity : Number(most);
  } catch {
    return Infinity;
  }
}

/** How many of them callers may have, on the port of HTTP and on that of gRPC. */
export function shareConnections(descriptors: number): { connections: number; grpcConnections: number } {
  const forCallers = Math.max(descriptors - RESERVED, Math.floor(descriptors / 4));
  return { connections: Math.ceil((3 * forCallers) / 4), grpcConnections: Math.floor(forCallers / 4) };
}
