import { openStorage } from '@stockout/storage';
import { expect, test } from 'vitest';
import { describeStores } from './both-stores.ts';
import { moveThereAndBack } from './moving.ts';

/** `npm run bench -- stores` moves a gigabyte; whole in memory, this too would be twice what is allowed. */
const BYTES = 300_000_000;
const OBJECTS = 10_000;

describeStores('what is large', (store) => {
  test('300 MB go there and back a few pieces at a time', async () => {
    const moved = await moveThereAndBack(store(), BYTES);
    console.log('300 MB there and back', JSON.stringify(moved));
    expect(moved.same).toBe(true);
    // A gigabyte takes 91 (docs/decisions/0007). When garbage is collected differs.
    expect(moved.grownMB).toBeLessThanOrEqual(150);
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
