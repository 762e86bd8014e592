// A program: node mover.ts <uri> <file> puts the file, stages it back, and says what memory that took, in MB.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { openStorage } from '@stockout/storage';

const [uri = '', file = ''] = process.argv.slice(2);
const storage = openStorage(uri);
// The SDK is loaded and connected before anything is measured.
await storage.put('small', 'x');
await storage.read('small');
const before = process.memoryUsage.rss();
await storage.put('large.parquet', { file });
const seconds = { put: process.uptime() };
await using staged = await storage.localFile('large.parquet');
const peak = peakBytes();
const [mine, theirs] = [await sha256(file), await sha256(staged.path)];
const megabytes = (bytes: number) => Math.round(bytes / 1e6);
console.log(
  JSON.stringify({
    same: mine === theirs,
    grownMB: megabytes(peak - before),
    peakMB: megabytes(peak),
    put: Math.round(seconds.put),
    all: Math.round(process.uptime()),
  }),
);

/** Not resourceUsage(): its maximum begins with that of the process that started this one. */
function peakBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
