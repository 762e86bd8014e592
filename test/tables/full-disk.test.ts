import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StockoutError } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeDataFiles } from '../../pipeline/src/tables/data-files.ts';
import { expectVacuumLeavesTheTableAlone } from './expect-vacuum.ts';
import { type SmallDisk, mountSmallDisk } from './full-disk.ts';
import { type Story, loadStory } from './stories.ts';
import { watchSystemSteps } from './system-steps.ts';
import { snapshotOf, tableIn } from './table-world.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const disk = mountSmallDisk(1 << 20);
const why = `full disks are injected errors only: ${String(disk)}`;
// Of a test that is skipped only some reporters tell: who reads the log knows.
if (typeof disk === 'string') console.warn(why);

function smallDisk(skip: (note: string) => never): SmallDisk {
  return typeof disk === 'string' ? skip(why) : disk;
}

const FULL = /is full|No space left|no checkpoint, or no cleaning/;

let db: DuckDB;
let story: Story;
let warnings: string[];
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
  story = await loadStory('table');
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await db[Symbol.asyncDispose]();
  if (typeof disk !== 'string') disk[Symbol.dispose]();
});

/** @returns what the story ended with, which may be nothing but what it warned of */
async function tell(folder: string): Promise<string> {
  warnings = [];
  try {
    await story.run(db, folder);
    return warnings.join();
  } catch (error) {
    expect(error).toBeInstanceOf(StockoutError);
    return String(error);
  }
}

/** As if nothing had been tried: whole tables, no half-written file, and the next try does it once. */
async function expectUnharmed(folder: string, table: () => Promise<void> = async () => {}): Promise<void> {
  expect(story.states).toContainEqual(await story.told(db, folder));
  expect(await tableIn(folder).storage.leftovers('')).toEqual([]);
  await table();
  await story.run(db, folder);
  expect(await story.told(db, folder)).toEqual(story.states.at(-1));
  await expectVacuumLeavesTheTableAlone(db, tableIn(folder));
}

test('an error of a full disk at any step is told as such and leaves the table whole', async () => {
  const prepared = await temporaryFolder();
  await story.prepare(db, prepared);
  for (let deadly = 1, failed = true; failed; deadly++) {
    const folder = await temporaryFolder();
    await cp(prepared, folder, { recursive: true, preserveTimestamps: true });
    let steps = 0;
    const stop = await watchSystemSteps([folder], async ({ name, half }) => {
      if (name === 'rm' || ++steps !== deadly) return;
      await half?.();
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    const ended = await tell(folder);
    stop();
    failed = steps >= deadly;
    // Nothing to tell is right where the commit stands all the same: its file was there before the folder was synced.
    if (ended === '') expect(await story.told(db, folder)).toEqual(story.states.at(-1));
    else expect(ended).toMatch(FULL);
    await expectUnharmed(folder);
    if (!failed) expect(deadly).toBeGreaterThan(30);
  }
});

test('a disk that is really full, at any page, is told as such and leaves the table whole', async ({
  skip,
}) => {
  const { folder, leave, makeRoom } = smallDisk(skip);
  const prepared = await temporaryFolder();
  await story.prepare(db, prepared);
  for (let pages = 0, failed = true; failed; pages++) {
    await makeRoom();
    await rm(join(folder, 't'), { recursive: true, force: true });
    await cp(prepared, folder, { recursive: true, preserveTimestamps: true });
    await leave(pages);
    const ended = await tell(folder);
    failed = ended !== '';
    if (failed) expect(ended).toMatch(FULL);
    await expectUnharmed(folder, makeRoom);
    if (!failed) expect(pages).toBeGreaterThan(5);
  }
});

test('a temporary folder that is full is told by its name', async ({ skip }) => {
  const { folder, leave, makeRoom } = smallDisk(skip);
  const table = tableIn(await temporaryFolder());
  await makeRoom();
  vi.stubEnv('TMPDIR', folder);
  for (let pages = 0, failed = true; failed; pages += 8) {
    await leave(pages);
    const written = writeDataFiles(db, table, 'SELECT random() AS a FROM range(20000)').then(
      () => '',
      (error: unknown) => {
        expect(error).toBeInstanceOf(StockoutError);
        return String(error);
      },
    );
    const ended = await written;
    failed = ended !== '';
    if (failed) expect(ended).toContain(`${folder} is full`);
    expect(await table.storage.list('')).toHaveLength(failed ? 0 : 1);
  }
  vi.unstubAllEnvs();
  await expect(snapshotOf(db, table)).rejects.toThrow('there is no table');
});
