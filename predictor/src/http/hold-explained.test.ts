import { expect, it } from 'vitest';
import { tinyManifest } from '../testing/fixture.ts';
import { RunningPredictor } from '../testing/running.ts';

const { golden, features } = await tinyManifest();
const names = features.map(({ name }) => name);
/** For so many rows 100,000 bytes are enough, and not beside the answer with explanations. */
const rows = Array.from({ length: 200 }, (_, row) => golden[row % golden.length]!.features);
const records = (count: number) =>
  rows.slice(0, count).map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));

it.each<[path: string, bodyOf: (count: number) => unknown]>([
  ['/predict/batch', records],
  ['/invocations', (count) => ({ dataframe_records: records(count) })],
  [
    '/v2/models/tiny/infer',
    (count) => {
      const data = rows.slice(0, count);
      return { inputs: [{ name: 'rows', datatype: 'FP32', shape: [count, names.length], data }] };
    },
  ],
])('%s explains what finds room for its answer too, and gives it back', async (path, bodyOf) => {
  const body = JSON.stringify(bodyOf(200));
  const heldBytes = Math.ceil(body.length * 1.1);
  await using small = await RunningPredictor.ready({}, { batchBytes: heldBytes, heldBytes });
  const statusOf = async (query: string, sent: string): Promise<number> => {
    const answer = await small.post(path + query, sent);
    await answer.bytes();
    return answer.status;
  };
  const refused = await small.post(`${path}?explain=true`, body);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  await expect.poll(() => statusOf('', body)).toBe(200);
  // Each would keep a quarter of all room, if it were kept.
  for (let turn = 0; turn < 6; turn++)
    await expect.poll(() => statusOf('?explain=true', JSON.stringify(bodyOf(50)))).toBe(200);
});
