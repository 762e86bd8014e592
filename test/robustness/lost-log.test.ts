import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import process from 'node:process';
import { expect, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { SCORING } from './fuzz/calls.ts';
import { statusOf } from './send-call.ts';
import { MODEL, serveCommand, ServedPredictor, until } from './served-predictor.ts';

async function expectScores(url: string): Promise<void> {
  for (const call of SCORING) expect([call.path, await statusOf(url, call)]).toEqual([call.path, 200]);
}

test('a log whose disk is full stops neither the start nor an answer nor the end', async () => {
  const [port, adminPort] = [await freePort(), await freePort()];
  await using full = await open('/dev/full', 'w');
  const args = serveCommand(
    MODEL.href,
    '--port',
    String(port),
    '--admin-port',
    String(adminPort),
    '--grpc-port',
    '0',
  );
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', full.fd] });
  try {
    const readyz = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    await until(async () => child.exitCode !== null || (await readyz()));
    await expectScores(`http://127.0.0.1:${port}`);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a log that nobody reads any more stops neither an answer nor the end', async () => {
  await using served = await ServedPredictor.start();
  served.process.stderr!.destroy();
  // What is told to the log before: that it stops.
  const ended = served.end('SIGTERM');
  await expectScores(served.url);
  expect(await ended).toBe(0);
});
