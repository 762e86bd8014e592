import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openStorage } from '@stockout/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { versions } from '../versions/list-versions.ts';
import { smallModel } from './model.test-support.ts';
import { writeRawTable } from './raw-table.test-support.ts';
import { train } from './train.ts';
import { sha256 } from './version-files.ts';

const PROGRAM = fileURLToPath(new URL('./killed-training.test-support.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stockout-kill-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** @returns the signal or exit code that ended it */
async function runKilled(uri: string, fatal: number): Promise<string | number> {
  const child = spawn(process.execPath, [PROGRAM, uri, String(fatal), 'r1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code ?? -1;
}

it('killed before any of its writes it leaves no half version, and tried again it makes the same one', async () => {
  const digests = new Set<string>();
  let ended: string | number = 'SIGKILL';
  let fatal = 0;
  for (; ended === 'SIGKILL'; fatal++) {
    const storage = openStorage(pathToFileURL(path.join(folder, String(fatal))).href);
    const context = { model: smallModel(), storage };
    await writeRawTable(context);
    ended = await runKilled(storage.uri, fatal + 1);
    if (ended === 'SIGKILL') expect((await versions(context)).versions).toEqual([]);

    const outcome = await train(context, { run: 'r1' });
    const [only, ...others] = (await versions(context)).versions;
    expect([only?.version, only?.run, others]).toEqual(['v1', 'r1', []]);
    for (const [name, { sha256: pinned }] of Object.entries(only?.files ?? {})) {
      expect(sha256(await storage.read(`models/default/retail/v1/${name}`))).toBe(pinned);
    }
    digests.add(outcome.digest);
  }
  expect(ended).toBe(0);
  // The features table's file and commit, the claim, three files and the manifest.
  expect(fatal).toBeGreaterThanOrEqual(8);
  expect(digests.size).toBe(1);
}, 120_000);
