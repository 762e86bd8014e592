import { expect } from 'vitest';
import type { VersionCopy } from './fixture.ts';
import { RunningPredictor } from './running.ts';

/** Starts on what the copy holds; answers what /readyz says, after checking that it never becomes ready. */
export async function refusalOf(copy: VersionCopy, digest?: string): Promise<string> {
  await using running = await RunningPredictor.start({ model: copy.uri, digest });
  await expect(running.server.ready).rejects.toThrow();
  const readyz = await running.get('/readyz', true);
  expect([readyz.status, (await running.get('/livez', true)).status]).toEqual([503, 200]);
  expect((await running.post('/predict', {})).status).toBe(503);
  const { detail } = (await readyz.json()) as { detail: string };
  const errors = running.log.filter(({ level }) => level === 'error');
  expect(errors).toHaveLength(1);
  // The log says the same.
  expect(errors[0]?.message).toContain(detail.replace(/^failed: /, ''));
  return detail;
}
