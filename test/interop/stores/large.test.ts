import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openStorage } from '@stockout/storage';
import { expect, test } from 'vitest';
import { describeStores } from './both-stores.ts';
import { run } from './running.ts';

const MOVER = fileURLToPath(new URL('./mover.ts', import.meta.url));
const GIGABYTE = 1_000_000_000;
const OBJECTS = 10_000;

describeStores('what is large', (store) => {
  test('1 GB goes there and back a few pieces at a time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-large-'));
    try {
      const file = join(folder, 'file');
      await fill(file, GIGABYTE);
      const said = await run(process.execPath, [MOVER, store().uri('moved'), file], {
        env: store().environment(),
      });
      const moved = JSON.parse(said) as { same: boolean; grownMB: number };
      console.log('1 GB there and back', said.trim());
      expect(moved.same).toBe(true);
      // Measured: 91 (docs/decisions/0007). When garbage is collected differs; what is held whole takes ten times as much.
      expect(moved.grownMB).toBeLessThanOrEqual(150);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test(`of ${OBJECTS} objects every one is listed once, page after page, and those after a key`, async () => {
    const storage = openStorage(store().uri('many'));
    const keys = Array.from({ length: OBJECTS }, (_, i) => `log/${String(i).padStart(20, '0')}.json`);
    const left = keys.values();
    const work = async () => {
      for (const key of left) await storage.put(key, 'x');
    };
    await Promise.all(Array.from({ length: 16 }, work));
    await storage.put('log-not/x', 'x');
    expect((await storage.list('log')).map(({ key }) => key)).toEqual(keys);
    const startAfter = keys[9_989] as string;
    expect((await storage.list('log/', { startAfter })).map(({ key }) => key)).toEqual(keys.slice(9_990));
  }, 600_000);
});

/** Random enough that no two blocks are the same, and quickly made. */
async function fill(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'w');
  const block = randomBytes(10_000_000);
  for (let written = 0; written < bytes; written += block.length) {
    block.writeUInt32LE(written, 0);
    await file.write(block);
  }
}
