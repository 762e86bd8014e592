import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { TINY_URI } from '../testing/fixture.ts';

it('a predictor leaves nothing in home and /tmp that ONNX Runtime would send away', async () => {
  const home = await mkdtemp(join(tmpdir(), 'stockout-home-'));
  // Continuous integration is spared by the runtime anyway.
  const env = { ...process.env, HOME: home, TMPDIR: home, CI: undefined, XDG_CACHE_HOME: undefined };
  const child = fork(new URL('../testing/served.ts', import.meta.url), [TINY_URI], { env });
  await once(child, 'message');
  const left = await readdir(home);
  const logs = (await readdir('/tmp')).filter((name) => name === `mat-debug-${child.pid}.log`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await rm(home, { recursive: true });
  expect([...left, ...logs]).toEqual([]);
});
