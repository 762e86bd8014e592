// POST /predict under 32 connections: this product's predictor against a bare node:http handler that parses the
// same JSON. Both run one process each, load comes from a third, in alternating turns.
//
//   node bench/predict.ts [file:///path/to/a/model/version]
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import type { Manifest } from '@stockout/contracts';
import autocannon from 'autocannon';
import { spread } from './figures/spread.ts';
import { type StartedServer, startServer } from './servers/started.ts';

const CONNECTIONS = 32;
const SECONDS = 2;
const TURNS = 15;
/** Checked at every request, as in production. */
const API_KEY = 'bench';
const STOCKOUT = new URL('servers/stockout.ts', import.meta.url);
const FIXTURE = new URL('../predictor/fixtures/tiny', import.meta.url).href;
const model = process.argv[2] ?? FIXTURE;

interface Turn {
  /** Requests a second. */
  rate: number;
  /** Of the server's process, in microseconds a request: what a busy machine disturbs less. */
  cpu: number;
}

async function turn(server: StartedServer, body: string, seconds: number): Promise<Turn> {
  const headers = { 'content-type': 'application/json', 'x-api-key': API_KEY };
  const before = await server.cpu();
  const result = await autocannon({
    url: server.address,
    method: 'POST',
    headers,
    body,
    connections: CONNECTIONS,
    duration: seconds,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${server.address}: ${result.non2xx} refused, ${result.errors} failed`);
  const cpu = ((await server.cpu()) - before) / result['2xx'];
  return { rate: result['2xx'] / result.duration, cpu };
}

function report(name: string, turns: Turn[]): void {
  const rate = spread(
    turns.map((each) => each.rate),
    0,
  );
  const cpu = spread(
    turns.map((each) => each.cpu),
    1,
  );
  console.log(`${name.padEnd(15)} ${rate} requests/s, ${cpu} us of CPU a request`);
}

const manifest = JSON.parse(await readFile(new URL(`${model}/manifest.json`), 'utf8')) as Manifest;
const row = Object.fromEntries(manifest.features.map(({ name, example }) => [name, example]));
const body = JSON.stringify(row);
await using bare = await startServer(new URL('servers/bare-http.ts', import.meta.url));
await using ours = await startServer(STOCKOUT, model, API_KEY, 'http');
const turns: { bare: Turn; ours: Turn }[] = [];
for (const server of [bare, ours]) await turn(server, body, 2);
for (let index = 0; index < TURNS; index++) {
  turns.push({ bare: await turn(bare, body, SECONDS), ours: await turn(ours, body, SECONDS) });
}
const trees = manifest.params['rounds'];
console.log(
  `POST /predict, ${CONNECTIONS} connections, ${TURNS} turns of ${SECONDS} s each, ${trees} trees; median (range)`,
);
report(
  'bare node:http',
  turns.map((each) => each.bare),
);
report(
  'stockout serve',
  turns.map((each) => each.ours),
);
const ratios = (of: keyof Turn, over: 'bare' | 'ours'): number[] =>
  turns.map((each) => (over === 'bare' ? each.ours[of] / each.bare[of] : each.bare[of] / each.ours[of]));
console.log(
  `ratio           ${spread(ratios('rate', 'bare'), 3)} of the bare handler's requests, ${spread(ratios('cpu', 'ours'), 3)} by CPU`,
);
