import { spread } from '../figures/spread.ts';
import { type Line, line } from './line.ts';
import { putLoad } from './load-process.ts';
import { serveVersion } from './serving.ts';
import type { Setting } from './setting.ts';

const STARTS = 10;
/** Memory is told after each of as many, and held against its bar after the last. */
const PART = 250_000;

/** From the start of the process to the first 200 of /readyz. */
export async function measureStart({ uri }: Setting): Promise<Line[]> {
  const took: number[] = [];
  const cpu: number[] = [];
  for (let start = 0; start <= STARTS; start++) {
    await using ours = await serveVersion(uri);
    // The first fills the caches of the disk.
    if (start === 0) continue;
    took.push(ours.startMs);
    cpu.push(ours.startCpuMs);
  }
  return [
    line(`start to ready, ${STARTS} starts`, { atMost: 700 }, took, { digits: 0, unit: ' ms' }),
    { what: 'its CPU until then', bar: 'told', measured: `${spread(cpu, 0)} ms` },
  ];
}

/** Resident memory of the process over so many requests. */
export async function measureMemory({ uri, row, requests }: Setting): Promise<Line[]> {
  await using ours = await serveVersion(uri);
  const resident = [await ours.resident()];
  for (let part = 0; part < requests / PART; part++) {
    await putLoad({ url: `${ours.url}/predict`, body: row, requests: PART });
    resident.push(await ours.resident());
  }
  const course = resident.map((each) => each.toFixed(0)).join(', ');
  return [
    line(
      `resident memory after ${requests.toLocaleString('en')} requests (from the start on: ${course} MB)`,
      { atMost: 160 },
      [resident.at(-1) as number],
      { digits: 0, unit: ' MB' },
    ),
  ];
}
