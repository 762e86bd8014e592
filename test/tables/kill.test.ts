import { cp } from 'node:fs/promises';
import { type DuckDB, openDuckDB } from '@stockout/features';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectVacuumLeavesTheTableAlone } from './expect-vacuum.ts';
import { runProgram } from './run-program.ts';
import { type Story, loadStory } from './stories.ts';
import { tableIn } from './table-world.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const AT_ONCE = 2;
const KILLS = 200;
/** Of these, by the clock: kills before and amid steps of ours do not hit what DuckDB does. */
const CLOCKED = 50;
/** About what a story takes, so that kills by the clock hit it anywhere. */
const STORY_MILLISECONDS = 250;
let kills = 0;

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

/** @returns whether the writer was killed, and not done before */
async function killOnce(name: string, prepared: string, moment: number, when: string): Promise<boolean> {
  const story = await loadStory(name);
  const folder = await temporaryFolder();
  await cp(prepared, folder, { recursive: true, preserveTimestamps: true });
  const { signal, code, stderr } = await runProgram('./killed-writer.ts', folder, name, String(moment), when);
  expect([code, signal, stderr]).toEqual(code === 0 ? [0, null, ''] : [null, 'SIGKILL', '']);
  await expectWhole(story, folder);
  if (code !== 0) kills++;
  return code !== 0;
}

/** Before or after each of the story's commits, and never in between; the next try brings it to its end, once. */
async function expectWhole(story: Story, folder: string): Promise<void> {
  expect(story.states).toContainEqual(await story.told(db, folder));
  await story.run(db, folder);
  expect(await story.told(db, folder)).toEqual(story.states.at(-1));
  for (const table of story.tables) await expectVacuumLeavesTheTableAlone(db, tableIn(folder, table));
}

async function prepare(name: string): Promise<string> {
  const folder = await temporaryFolder();
  await (await loadStory(name)).prepare(db, folder);
  return folder;
}

test.each([
  ['table', 'before'],
  ['table', 'amid'],
  ['product', 'before'],
  ['product', 'amid'],
  ['ingestion', 'before'],
  ['ingestion', 'amid'],
])(
  'a writer (%s) killed %s each step leaves whole tables, is done once by the next try, and vacuum takes the rest',
  async (name, when) => {
    const prepared = await prepare(name);
    let [step, done] = [0, false];
    const lane = async (): Promise<void> => {
      while (!done) if (!(await killOnce(name, prepared, ++step, when))) done = true;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(step).toBeGreaterThan(5);
  },
);

test('so does one that is killed at any moment, until there were 200 kills', async () => {
  const names = ['table', 'product', 'ingestion'];
  const prepared = await Promise.all(names.map(prepare));
  const until = Math.max(KILLS, kills + CLOCKED);
  let tries = 0;
  const lane = async (): Promise<void> => {
    while (kills < until) {
      const which = tries++ % names.length;
      // The golden ratio's multiples fall evenly on the story, in no order.
      const moment = ((tries * 0.618034) % 1) * STORY_MILLISECONDS;
      await killOnce(names[which]!, prepared[which]!, moment, 'after');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
});
