// POST /predict by one process and by several (--workers): requests a second, and requests a second of CPU of all of the
// server's processes together, in alternating turns. The client takes a core of its own: on a machine of two cores it, and not the
// server, is what two processes wait for, so that only the figure by CPU says there what a process costs.
//
//   node bench/workers.ts [--turns 7] [--workers 2]
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { makeVersion } from './explain-row/version.ts';
import { spread } from './figures/spread.ts';
import { putLoad } from './predictor/load-process.ts';
import { type Served, serveVersion } from './predictor/serving.ts';

const MILLISECONDS = 3_000;

interface Turn {
  /** Requests a second. */
  rate: number;
  /** Requests a second of the server's CPU. */
  byCpu: number;
  /** Milliseconds. */
  p99: number;
}

async function turn(served: Served, body: string): Promise<Turn> {
  const before = await served.cpu();
  const { done, rate, p99 } = await putLoad({
    url: `${served.url}/predict`,
    body,
    connections: 64,
    milliseconds: MILLISECONDS,
  });
  return { rate, p99, byCpu: done / ((await served.cpu()) - before) };
}

function tell(what: string, turns: readonly Turn[]): void {
  const of = (key: keyof Turn, digits = 0): string =>
    spread(
      turns.map((each) => each[key]),
      digits,
    );
  console.log(
    `${what}: ${of('rate')} requests/s, ${of('byCpu')} a second of CPU, p99 ${of('p99', 1)} ms; median (range)`,
  );
}

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '7' }, workers: { type: 'string', default: '2' } },
});
const { version, row } = await makeVersion();
await using _ = version;
const body = JSON.stringify(row);
await using alone = await serveVersion(version.uri);
await using together = await serveVersion(version.uri, ['--workers', values.workers]);
const [load] = loadavg();
console.log(`${availableParallelism()} cores, load average before ${load?.toFixed(1)}`);
for (const served of [alone, together]) await turn(served, body);
const turns: { alone: Turn; together: Turn }[] = [];
for (let index = 0; index < Number(values.turns); index++)
  turns.push({ alone: await turn(alone, body), together: await turn(together, body) });
tell(
  '1 process',
  turns.map((each) => each.alone),
);
tell(
  `${values.workers} processes`,
  turns.map((each) => each.together),
);
for (const key of ['rate', 'byCpu'] as const) {
  const ratios = turns.map((each) => each.together[key] / each.alone[key]);
  console.log(`ratio ${key === 'rate' ? 'of requests' : 'by CPU'}: ${spread(ratios, 2)}`);
}
