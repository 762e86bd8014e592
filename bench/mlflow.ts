// Logging a training of 200 rounds to MLflow (run, params, 400 points of the curve, tags, artifacts, registered version):
// what this product takes beyond the server's own time, and what MLflow's own Python client takes for the same, in
// alternating turns against one server.
//
//   node bench/mlflow.ts [turns]
//
// MLflow comes from a venv of its own, by test/interop/mlflow/requirements.txt.
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { openStorage } from '@stockout/storage';
import { smallModel } from '../pipeline/src/train/model.test-support.ts';
import { writeRawTable } from '../pipeline/src/train/raw-table.test-support.ts';
import { train } from '../pipeline/src/train/train.ts';
import { register } from '../pipeline/src/tracking/register.ts';
import { Listening } from '../test/interop/mlflow/mlflow-server.ts';
import { Python } from '../test/interop/mlflow/python.ts';
import { median } from './figures/spread.ts';
import { RequestClock } from './mlflow/request-clock.ts';

const turns = Number(process.argv[2] ?? 5);
const python = await Python.install();
const server = await Listening.server(python);
const folder = await mkdtemp(join(tmpdir(), 'stockout-bench-'));
const clock = new RequestClock();
const ours: { total: number; beyond: number; requests: number }[] = [];
const theirs: number[] = [];
try {
  const storage = openStorage(pathToFileURL(folder).href);
  const mlflow = { trackingUri: server.uri, experiment: 'bench', registeredModel: 'bench', required: true };
  const model = smallModel({ params: { rounds: 200, maxDepth: 6 }, tracking: { mlflow } });
  const context = { model, storage };
  await writeRawTable(context);
  // Trained against a server that is not there; then told.
  const untold = {
    ...model,
    spec: {
      ...model.spec,
      tracking: { mlflow: { ...mlflow, trackingUri: 'http://127.0.0.1:1', required: false } },
    },
  };
  for (let turn = 1; turn <= turns; turn++) {
    await train({ ...context, model: untold });
    clock.restart();
    const start = performance.now();
    await register(context, { versions: [`v${turn}`], aliases: { champion: `v${turn}` } });
    const total = performance.now() - start;
    ours.push({ total, beyond: total - clock.busyMs, requests: clock.requests });
    const input = { uri: server.uri, folder: join(folder, 'models', 'default', 'retail', `v${turn}`) };
    theirs.push((await python.ask<{ seconds: number }>('../../../bench/mlflow/peer.py', input)).seconds);
    console.log(
      `turn ${turn}, load average ${loadavg()[0]?.toFixed(1)}: ${JSON.stringify(ours.at(-1))}, Python ${theirs.at(-1)?.toFixed(2)} s`,
    );
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}
const of = (pick: (turn: (typeof ours)[number]) => number): string =>
  (median(ours.map(pick)) / 1000).toFixed(2);
console.log(
  `${of(({ total }) => total)} s with ${ours[0]?.requests} requests, of them ${of(({ beyond }) => beyond)} s beyond the server's own time; ` +
    `MLflow's Python client ${median(theirs).toFixed(2)} s (its import not counted)`,
);
