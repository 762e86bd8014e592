import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readLog } from './log-file.ts';

const MESSAGE_BYTES = 4096;
const FALLBACK_BYTES = 2048;
const FALLBACK_LINES = 80;

/** An empty termination message, for the container to write. */
export async function clearMessage(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, '');
}

/** What the container left as its last word: the file, or with FallbackToLogsOnError the end of its log. */
export async function readMessage(
  file: string,
  log: string,
  policy: string | undefined,
  failed: boolean,
): Promise<string | undefined> {
  const written = await readFile(file).catch(() => Buffer.alloc(0));
  if (written.length > 0) return written.subarray(0, MESSAGE_BYTES).toString('utf8');
  if (policy !== 'FallbackToLogsOnError' || !failed) return undefined;
  const lines = await readLog(log, { tailLines: FALLBACK_LINES });
  const text = lines.map((line) => `${line}\n`).join('');
  return text.slice(-FALLBACK_BYTES) || undefined;
}
