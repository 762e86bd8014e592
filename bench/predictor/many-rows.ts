import { fileURLToPath } from 'node:url';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { median } from '../figures/spread.ts';
import { runForJson } from '../python/venv.ts';
import { type Line, line } from './line.ts';
import { serveOriginal, serveVersion } from './serving.ts';
import { asJson, type Setting } from './setting.ts';

const CALLS = 15;
const INPLACE = fileURLToPath(new URL('inplace.py', import.meta.url));

interface Body {
  type: string;
  bytes: string | Uint8Array<ArrayBuffer>;
}

/** 10,000 rows in one request: Arrow beside Python's xgboost in process, JSON beside the original program. */
export async function measureManyRows(setting: Setting): Promise<Line[]> {
  const { uri, folder, python, env, turns } = setting;
  await using ours = await serveVersion(uri);
  await using original = await serveOriginal(python, env, folder);
  const arrow = { type: 'application/vnd.apache.arrow.stream', bytes: asArrow(setting) };
  const json = { type: 'application/json', bytes: asJson(setting) };
  const figures: Record<'arrow' | 'inplace' | 'json' | 'original', number>[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    const { seconds } = runForJson<{ seconds: number[] }>(python, [INPLACE, folder, String(CALLS)]);
    const found = {
      arrow: await secondsOf(ours.url, arrow, CALLS),
      inplace: median(seconds),
      json: await secondsOf(ours.url, json, CALLS),
      original: await secondsOf(original.url, json, 2),
    };
    // The first turn warms up.
    if (turn > 0) figures.push(found);
  }
  const of = (key: keyof (typeof figures)[number]): string =>
    `${(1000 * median(figures.map((each) => each[key]))).toFixed(1)} ms`;
  return [
    line(
      `10,000 rows as Arrow in one request (${of('arrow')}), of Python's inplace_predict of them (${of('inplace')})`,
      { atMost: 1.2 },
      figures.map((each) => each.arrow / each.inplace),
    ),
    line(
      `10,000 rows as JSON (${of('json')}), as a multiple of the original program's speed (${of('original')})`,
      { atLeast: 3 },
      figures.map((each) => each.original / each.json),
      { digits: 1 },
    ),
  ];
}

/** Seconds of one request, the median of some. */
async function secondsOf(url: string, { type, bytes }: Body, calls: number): Promise<number> {
  const seconds: number[] = [];
  for (let call = 0; call < calls; call++) {
    const began = performance.now();
    const headers = { 'content-type': type };
    const response = await fetch(`${url}/predict/batch`, { method: 'POST', headers, body: bytes });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    seconds.push((performance.now() - began) / 1000);
  }
  return median(seconds);
}

/** The rows as an Arrow IPC stream of one record batch. */
export function asArrow({ names, matrix }: Setting): Uint8Array<ArrayBuffer> {
  const rows = matrix.length / names.length;
  const columns = names.map((name, column) => {
    const values = Float32Array.from(
      { length: rows },
      (_, row) => matrix[row * names.length + column] as number,
    );
    return [name, values] as const;
  });
  return new Uint8Array(tableToIPC(tableFromArrays(Object.fromEntries(columns)), 'stream'));
}
