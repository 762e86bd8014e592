import { freemem, totalmem } from 'node:os';
import process from 'node:process';

/**
 * Bytes that this process may still take: of the container's limit, or else of the machine. Node's own availableMemory()
 * counts the files that the kernel keeps in memory as taken, though they make room for whoever asks.
 */
export function freeMemory(): number {
  const limit = process.constrainedMemory();
  // 0 or a number beyond the machine's memory says that there is no limit.
  const isLimited = limit > 0 && limit < totalmem();
  return isLimited ? Math.max(0, Math.min(limit - process.memoryUsage.rss(), freemem())) : freemem();
}
