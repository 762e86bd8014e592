import cluster from 'node:cluster';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../options.ts';
import { TINY_URI, tinyRow } from '../testing/fixture.ts';
import { eventually } from '../testing/running.ts';
import type { Metrics } from './protocol.ts';
import { Supervisor } from './supervisor.ts';

const { execPath } = process;
let log: string[];
let supervisor: Supervisor;

beforeEach(() => {
  log = [];
  const ports = { host: '127.0.0.1', port: 0, adminPort: 0, grpcPort: 0 };
  const options = { model: TINY_URI, workers: 2, limits: { drainMs: 0, closeMs: 2_000 }, ...ports };
  supervisor = new Supervisor(settle({ ...options, log: (_level, message) => log.push(message) }));
});
afterEach(async () => {
  process.execPath = execPath;
  await supervisor.stop();
});

describe('where the system starts no process', () => {
  it('the start fails, and says why', async () => {
    process.execPath = '/no/such/node';
    await expect(supervisor.start()).rejects.toThrow(/a worker process does not start: .* ENOENT/);
    expect(await supervisor.askAll({ kind: 'drift' })).toEqual([]);
  });

  it('the others go on, and it is tried again until it does', async () => {
    await supervisor.start();
    await supervisor.complete;
    process.execPath = '/no/such/node';
    Object.values(cluster.workers ?? {})[0]?.process.kill('SIGKILL');
    await eventually(() => log.some((line) => /started again: it cannot be started: .* ENOENT/.test(line)));
    expect(supervisor.standing.phase).toBe('ready');
    expect(await supervisor.metrics()).toHaveLength(3);
    process.execPath = execPath;
    await eventually(() => supervisor.ready === 2);
  });
});

function rowsIn(counted: Metrics[]): number {
  const all = counted.flat().filter(({ name }) => name === 'stockout_predictions_total');
  return all.flatMap(({ values }) => values).reduce((sum, { value }) => sum + value, 0);
}

describe('what a process has counted', () => {
  it('is known when it is killed, though nobody has asked for metrics', async () => {
    const { url } = await supervisor.start();
    await supervisor.complete;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(await tinyRow());
    for (let sent = 0; sent < 6; sent++) {
      expect((await fetch(`${url}/predict`, { method: 'POST', headers, body })).status).toBe(200);
    }
    await eventually(() => rowsIn(supervisor.counted) === 6);
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
    await eventually(() => supervisor.restarts === 2);
    expect(rowsIn(supervisor.counted)).toBe(6);
  });
});
