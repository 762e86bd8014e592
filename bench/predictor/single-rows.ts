import { startServer } from '../servers/started.ts';
import { median, spread } from '../figures/spread.ts';
import { type Line, line } from './line.ts';
import { type Measured, putLoad } from './load-process.ts';
import { serveOriginal, serveVersion } from './serving.ts';
import type { Setting } from './setting.ts';

const MILLISECONDS = 2_000;

/** /predict under 32 connections, beside a bare node:http handler and the original program. */
export async function measureSingleRows({ uri, folder, row, python, env, turns }: Setting): Promise<Line[]> {
  await using bare = await startServer(new URL('../servers/bare-http.ts', import.meta.url));
  await using original = await serveOriginal(python, env, folder);
  await using ours = await serveVersion(uri);
  const load = (url: string): Promise<Measured> => putLoad({ url, body: row, milliseconds: MILLISECONDS });
  const measured: Record<'bare' | 'original' | 'ours', Measured>[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    const found = {
      bare: await load(bare.address),
      original: await load(`${original.url}/predict`),
      ours: await load(`${ours.url}/predict`),
    };
    // The first turn warms up.
    if (turn > 0) measured.push(found);
  }
  const p99 = median(measured.map((each) => each.ours.p99));
  const peer = median(measured.map((each) => each.original.p99));
  return [
    line(
      "/predict, 32 connections, of a bare node:http handler's requests",
      { atLeast: 0.8 },
      measured.map((each) => each.ours.rate / each.bare.rate),
    ),
    {
      what: 'its rate, as a multiple of the original program on FastAPI',
      bar: 'told',
      measured: spread(
        measured.map((each) => each.ours.rate / each.original.rate),
        0,
      ),
    },
    line(
      `its p99 (${p99.toFixed(1)} ms) of the original program's (${peer.toFixed(0)} ms)`,
      { atMost: 0.05 },
      measured.map((each) => each.ours.p99 / each.original.p99),
      { digits: 4 },
    ),
  ];
}
