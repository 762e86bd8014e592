import { median } from '../figures/spread.ts';
import { type Line, line } from './line.ts';
import { putLoad } from './load-process.ts';
import { serveVersion } from './serving.ts';
import { asJson, type Setting } from './setting.ts';

const MILLISECONDS = 3_000;

/** The p99 of /predict under 32 connections while another caller sends batches of 10,000 rows without a pause. */
export async function measureBesideBatches(setting: Setting): Promise<Line[]> {
  await using ours = await serveVersion(setting.uri);
  const single = { url: `${ours.url}/predict`, body: setting.row, milliseconds: MILLISECONDS };
  const batch = { url: `${ours.url}/predict/batch`, body: asJson(setting), connections: 1 };
  const figures: { quiet: number; busy: number; batches: number }[] = [];
  for (let turn = 0; turn <= setting.turns; turn++) {
    const quiet = await putLoad(single);
    const [busy, batches] = await Promise.all([
      putLoad(single),
      putLoad({ ...batch, milliseconds: MILLISECONDS }),
    ]);
    if (turn > 0) figures.push({ quiet: quiet.p99, busy: busy.p99, batches: batches.done });
  }
  const of = (key: keyof (typeof figures)[number]): number => median(figures.map((each) => each[key]));
  const both = `${of('busy').toFixed(1)} ms beside ${of('batches')} batches, ${of('quiet').toFixed(1)} ms alone`;
  return [
    line(
      `p99 of /predict while batches run, of its quiet value (${both})`,
      { atMost: 3 },
      figures.map((each) => each.busy / each.quiet),
    ),
  ];
}
