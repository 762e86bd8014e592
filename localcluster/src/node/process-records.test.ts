import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { ProcessRecords } from './process-records.ts';

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-records-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A process group of its own that carries the marker. */
function sleeper(marker: string) {
  const env = { ...process.env, STOCKOUT_LOCAL_POD: marker };
  const child = spawn('sleep', ['1000'], { env, detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('ends what an agent before has started, and nothing twice', async () => {
  const folder = await aFolder();
  const marker = randomUUID();
  const child = new ProcessRecords(folder).start(`STOCKOUT_LOCAL_POD=${marker}`, () => sleeper(marker));
  const exit = once(child, 'exit');
  expect(new ProcessRecords(folder).reap()).toEqual([child.pid]);
  expect(await exit).toEqual([null, 'SIGKILL']);
  expect(new ProcessRecords(folder).reap()).toEqual([]);
});

it('what could not be started leaves no record', async () => {
  const folder = await aFolder();
  const records = new ProcessRecords(folder);
  records.start('any', () => ({ pid: undefined }));
  expect(() =>
    records.start('any', () => {
      throw new Error('not started');
    }),
  ).toThrow('not started');
  expect(await readdir(join(folder, 'processes'))).toEqual([]);
});

it.runIf(process.platform === 'linux')(
  'ends what was started by an agent that was killed before it wrote that down',
  async () => {
    const [folder, killed] = [await aFolder(), await aFolder()];
    const marker = randomUUID();
    const child = new ProcessRecords(folder).start(`STOCKOUT_LOCAL_POD=${marker}`, () => {
      const started = sleeper(marker);
      cpSync(folder, killed, { recursive: true });
      return started;
    });
    const exit = once(child, 'exit');
    expect(new ProcessRecords(killed).reap()).toEqual([child.pid]);
    expect(await exit).toEqual([null, 'SIGKILL']);
  },
);
