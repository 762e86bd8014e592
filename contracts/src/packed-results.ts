import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { type TrainResult, trainResultSchema } from './run-result.ts';

/** A hundred versions at their longest are 300 KiB: whatever unpacks to more was not packed by us. */
const MAX_UNPACKED_BYTES = 1 << 20;

const resultsSchema = z.array(trainResultSchema);

/**
 * Results of several versions as text: they have most of their words in common, so that ten take the room of two
 * (Brotli, base64).
 */
export function packResults(results: readonly TrainResult[]): string {
  return brotliCompressSync(JSON.stringify(results)).toString('base64');
}

/** What was packed; undefined when the text is no such thing. */
export function unpackResults(text: string): TrainResult[] | undefined {
  try {
    const bytes = brotliDecompressSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES });
    const parsed = resultsSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
