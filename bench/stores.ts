// A gigabyte to a store and back, in a process of its own: seconds, and the memory that it takes. The bar: 100 MB.
//
//   node bench/stores.ts [turns]
import process from 'node:process';
import { startAzurite } from '../test/interop/stores/azurite.ts';
import { type Moved, moveThereAndBack } from '../test/interop/stores/moving.ts';
import type { Store } from '../test/interop/stores/store.ts';
import { startVersitygw } from '../test/interop/stores/versitygw.ts';
import { spread } from './figures/spread.ts';

const GIGABYTE = 1_000_000_000;
const STORES: Record<string, () => Promise<Store>> = { Azurite: startAzurite, versitygw: startVersitygw };

const turns = Number(process.argv[2] ?? 3);
for (const [name, start] of Object.entries(STORES)) {
  const store = await start();
  const moved: Moved[] = [];
  for (let turn = 0; turn < turns; turn++) moved.push(await moveThereAndBack(store, GIGABYTE));
  await store.stop();
  if (!moved.every(({ same }) => same)) throw new Error(`${name}: what came back is not what went there`);
  const of = (key: 'grownMB' | 'put' | 'all'): string =>
    spread(
      moved.map((each) => each[key]),
      0,
    );
  console.log(
    `${name.padEnd(9)} ${of('grownMB')} MB more, ${of('put')} s there, ${of('all')} s there and back`,
  );
}
