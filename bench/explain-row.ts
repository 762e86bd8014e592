// POST /predict?explain=true, the whole request, against Python's xgboost that explains the same single row in process
// (DMatrix of one row, pred_contribs, one thread): 200 trees of depth 6, in alternating turns. The bar: >= 2 x its rate.
//
//   node bench/explain-row.ts [turns [connections]]
import { loadavg } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { makeVersion } from './explain-row/version.ts';
import { spread } from './figures/spread.ts';
import { pythonWith, runForJson } from './python/venv.ts';
import { startServer } from './servers/started.ts';

const [turns = '7', connections = '4'] = process.argv.slice(2);
const SECONDS = 3;
const API_KEY = 'bench';
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Turn {
  /** Rows a second. */
  rate: number;
  /** Microseconds of CPU a row, of the process that explains. */
  cpu: number;
}

const python = await pythonWith(here('explain/requirements.txt'));
const { version, row } = await makeVersion();
await using _ = version;
const body = JSON.stringify(row);
await using server = await startServer(
  new URL('servers/stockout.ts', import.meta.url),
  version.uri,
  API_KEY,
  'http',
);
const headers = { 'content-type': 'application/json', 'x-api-key': API_KEY };
const ours: Turn[] = [];
const theirs: (Turn & { first: number[] })[] = [];
await askOurs(1);
for (let turn = 0; turn < Number(turns); turn++) {
  theirs.push(runForJson(python, [here('explain-row/peer.py'), version.dir, String(SECONDS)]));
  ours.push(await askOurs(SECONDS));
  console.log(`turn ${turn + 1}, load average ${loadavg()[0]?.toFixed(1)}`);
}
await report();

async function askOurs(duration: number): Promise<Turn> {
  const before = await server.cpu();
  const result = await autocannon({
    url: `${server.address}?explain=true`,
    method: 'POST',
    headers,
    body,
    connections: Number(connections),
    duration,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  const answered = result['2xx'];
  return { rate: answered / result.duration, cpu: ((await server.cpu()) - before) / answered };
}

async function report(): Promise<void> {
  console.log(`200 trees, ${connections} connections, ${turns} turns of ${SECONDS} s each; median (range)`);
  for (const [name, all] of Object.entries({ stockout: ours, xgboost: theirs })) {
    const [rate, cpu] = [spread(all.map((each) => each.rate), 0), spread(all.map((each) => each.cpu), 0)]; // prettier-ignore
    console.log(`${name.padEnd(8)} ${rate} rows/s, ${cpu} us of CPU a row`);
  }
  const byRate = ours.map(({ rate }, turn) => rate / theirs[turn]!.rate);
  const byCpu = ours.map(({ cpu }, turn) => theirs[turn]!.cpu / cpu);
  console.log(`ratio    ${spread(byRate, 2)} by rate (bar: >= 2), ${spread(byCpu, 2)} by CPU`);
  console.log(`largest difference of a contribution ${(await largestDifference()).toExponential(1)}`);
}

async function largestDifference(): Promise<number> {
  const response = await fetch(`${server.address}?explain=true`, { method: 'POST', headers, body });
  const { explanation } = (await response.json()) as {
    explanation: { contributions: { feature: string; contribution: number }[] };
  };
  const names = Object.keys(row);
  const differences = explanation.contributions.map(({ feature, contribution }) =>
    Math.abs(contribution - theirs[0]!.first[names.indexOf(feature)]!),
  );
  return Math.max(...differences);
}
