// ModelInfer of one row by gRPC, 32 calls at a time: this product's predictor against a bare unary echo of @grpc/grpc-js.
// Both run one process each, load comes from a third, in alternating turns.
//
//   node bench/grpc.ts [file:///path/to/a/model/version]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '@stockout/contracts';
import protobuf from 'protobufjs';
import { spread } from './figures/spread.ts';
import { type StartedServer, startServer } from './servers/started.ts';

const AT_A_TIME = 32;
const MILLISECONDS = 2_000;
const TURNS = 10;
const API_KEY = 'bench';
const FIXTURE = new URL('../predictor/fixtures/tiny', import.meta.url).href;
const STOCKOUT = new URL('servers/stockout.ts', import.meta.url);
const PROTO = new URL('../predictor/src/grpc/open-inference.proto', import.meta.url);
const model = process.argv[2] ?? FIXTURE;

interface Turn {
  /** Calls a second. */
  rate: number;
  /** Of the server's process, in microseconds a call: what a busy machine disturbs less. */
  cpu: number;
}

/** A ModelInferRequest of the model's example row, as Triton's client sends it. */
async function requestOf(): Promise<string> {
  const { model: name, features } = JSON.parse(
    await readFile(new URL(`${model}/manifest.json`), 'utf8'),
  ) as Manifest;
  const root = await new protobuf.Root().load(fileURLToPath(PROTO), { keepCase: true });
  const type = root.lookupType('inference.ModelInferRequest');
  const row = Float32Array.from(features, ({ example }) => example ?? Number.NaN);
  const input = { name: 'input-0', datatype: 'FP32', shape: [1, features.length] };
  const raw_input_contents = [new Uint8Array(row.buffer)];
  const message = type.fromObject({ model_name: name, inputs: [input], raw_input_contents });
  return Buffer.from(type.encode(message).finish()).toString('base64');
}

async function turn(server: StartedServer, request: string): Promise<Turn> {
  const before = await server.cpu();
  const started = performance.now();
  const args = [server.address, API_KEY, request, String(AT_A_TIME), String(MILLISECONDS)];
  const load = fork(new URL('grpc/load.ts', import.meta.url), args);
  const [done] = (await once(load, 'message')) as [number];
  const cpu = ((await server.cpu()) - before) / done;
  return { rate: done / ((performance.now() - started) / 1000), cpu };
}

function report(name: string, turns: readonly Turn[]): void {
  const of = (key: keyof Turn): number[] => turns.map((each) => each[key]);
  console.log(
    `${name.padEnd(15)} ${spread(of('rate'), 0)} calls/s, ${spread(of('cpu'), 1)} us of CPU a call`,
  );
}

const request = await requestOf();
await using bare = await startServer(new URL('servers/bare-grpc.ts', import.meta.url));
await using ours = await startServer(STOCKOUT, model, API_KEY, 'grpc');
const turns: { bare: Turn; ours: Turn }[] = [];
for (const server of [bare, ours]) await turn(server, request);
for (let index = 0; index < TURNS; index++) {
  turns.push({ bare: await turn(bare, request), ours: await turn(ours, request) });
}
const [load] = loadavg();
console.log(
  `ModelInfer, 1 row, ${AT_A_TIME} at a time, ${TURNS} turns of ${MILLISECONDS / 1000} s each, ` +
    `${availableParallelism()} cores, load average ${load?.toFixed(1)}; median (range)`,
);
report(
  'bare echo',
  turns.map((each) => each.bare),
);
report(
  'stockout serve',
  turns.map((each) => each.ours),
);
const rates = turns.map((each) => each.ours.rate / each.bare.rate);
const cpus = turns.map((each) => each.bare.cpu / each.ours.cpu);
console.log(
  `ratio           ${spread(rates, 3)} of the bare echo's calls (bar: >= 0.6), ${spread(cpus, 3)} by CPU`,
);
