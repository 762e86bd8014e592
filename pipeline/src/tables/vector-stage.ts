import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddFile, DeletionVector } from './actions.ts';
import { explainedFull } from './data-files.ts';
import { readDeletedRows } from './deletion-vector.ts';
import type { TableLocation } from './log.ts';
import type { Run } from './roaring.ts';

/** Deletion vectors as files that DuckDB reads: whoever has the relation's SQL needs nothing else. */
export interface VectorStage extends AsyncDisposable {
  /** @returns path of a CSV file: a line `first,past` for each run of rows that are not in the table */
  stage(add: AddFile, vector: DeletionVector): Promise<string>;
}

/** Commits put many vectors in a file: so many of these files stay at hand. */
const FILES_AT_HAND = 8;

export function openVectorStage(location: TableLocation): VectorStage {
  const files = new Map<string, Promise<Uint8Array>>();
  const read = (key: string): Promise<Uint8Array> => {
    const reading = files.get(key) ?? location.storage.read(key);
    files.set(key, reading);
    const [oldest = ''] = files.keys();
    if (files.size > FILES_AT_HAND) files.delete(oldest);
    return reading;
  };
  let folder: Promise<string> | undefined;
  let staged = 0;
  return {
    async stage(add, vector) {
      const rows = await readDeletedRows(location, add, vector, read);
      try {
        folder ??= mkdtemp(join(tmpdir(), 'stockout-deleted-'));
        const path = join(await folder, `${staged++}.csv`);
        await writeFile(path, linesOf(rows));
        return path;
      } catch (error) {
        throw explainedFull(error);
      }
    },
    async [Symbol.asyncDispose]() {
      const made = await folder?.catch(() => undefined);
      if (made !== undefined) await rm(made, { recursive: true, force: true });
    },
  };
}

const TEXT_AT_ONCE = 64 * 1024;

function* linesOf(runs: Iterable<Run>): Generator<string> {
  let lines = '';
  for (const { first, past } of runs) {
    lines += `${first},${past}\n`;
    if (lines.length < TEXT_AT_ONCE) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}
