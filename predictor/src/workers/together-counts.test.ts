import { describe, expect, it } from 'vitest';
import { rowsOf } from '../testing/shadowing.ts';
import { eventually } from '../testing/running.ts';
import { Together } from '../testing/together.ts';

/** Rows and requests, as /metrics adds them up. */
async function scored(together: Together): Promise<[rows: number, requests: number]> {
  const metrics = await together.admin('/metrics');
  const rows = [...metrics.matchAll(/^stockout_predictions_total\{.*\} (\d+)$/gm)];
  const requests = /^http_request_duration_seconds_count\{route="\/predict",code="200"\} (\d+)$/m.exec(
    metrics,
  );
  return [rows.reduce((sum, [, count]) => sum + Number(count), 0), Number(requests?.[1])];
}

async function post(together: Together, count: number): Promise<void> {
  for (const row of await rowsOf(count)) expect((await together.post('/predict', row)).status).toBe(200);
}

describe('what several processes have counted together', () => {
  it('does not fall while one of them does not answer', async () => {
    await using together = await Together.ready();
    await post(together, 10);
    expect(await scored(together)).toEqual([10, 10]);
    const [first] = (await together.pids()) as [number];
    process.kill(first, 'SIGSTOP');
    try {
      expect(await scored(together)).toEqual([10, 10]);
    } finally {
      process.kill(first, 'SIGCONT');
    }
  });

  it('does not fall when one is killed, nor when another has taken its place', async () => {
    await using together = await Together.ready();
    await post(together, 10);
    expect(await scored(together)).toEqual([10, 10]);
    process.kill((await together.pids())[0] as number, 'SIGKILL');
    await eventually(async () => {
      expect(await scored(together)).toEqual([10, 10]);
      const metrics = await together.admin('/metrics');
      return (
        /^stockout_worker_restarts_total 1$/m.test(metrics) && /^stockout_workers_ready 2$/m.test(metrics)
      );
    });
    await post(together, 4);
    expect(await scored(together)).toEqual([14, 14]);
  });
});
