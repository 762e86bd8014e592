import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import { ContainerProcess } from './container-process.ts';
import { LogFile, readLog } from './log-file.ts';
import { startTime } from './process-identity.ts';
import { ProcessRecords } from './process-records.ts';

let folder: string;
let log: LogFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-process-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function run(...command: string[]): ContainerProcess {
  log = new LogFile(join(folder, '0.log'));
  const env = { PATH: process.env.PATH ?? '', FOLDER: folder };
  return new ContainerProcess({ command, env, cwd: folder }, log, new ProcessRecords(folder), 'uid');
}

const shell = (script: string): ContainerProcess => run('sh', '-c', script);
const started = (): Promise<boolean> => until('it has started', () => existsSync(join(folder, 'started')));

describe('ContainerProcess', () => {
  it('reports the exit code and everything that was written before it', async () => {
    const exit = await shell('echo out; echo err >&2; exit 3').exited;
    expect(exit).toMatchObject({ exitCode: 3 });
    expect((await readLog(join(folder, '0.log'), {})).toSorted()).toEqual(['err', 'out']);
  });

  it('says which command could not be found', async () => {
    expect(await run('no-such-command').exited).toMatchObject({
      exitCode: 128,
      startError: 'exec: "no-such-command": executable file not found in $PATH',
    });
  });

  it('gives a process that is stopped the time to end by itself', async () => {
    const child = shell(`trap 'exit 7' TERM; touch "$FOLDER/started"; while :; do sleep 0.05; done`);
    await started();
    expect(await child.stop(60)).toMatchObject({ exitCode: 7 });
  });

  it('kills what does not end within its grace period', async () => {
    const child = shell(`trap '' TERM; touch "$FOLDER/started"; while :; do sleep 0.05; done`);
    await started();
    expect(await child.stop(0)).toMatchObject({ exitCode: 137, signal: 9 });
  });

  it('can be told to hurry while it is given time', async () => {
    const child = shell(`trap '' TERM; touch "$FOLDER/started"; while :; do sleep 0.05; done`);
    await started();
    const patient = child.stop(3600);
    await child.stop(0);
    expect(await patient).toMatchObject({ exitCode: 137 });
  });

  it('takes along what its first process started', async () => {
    const child = shell('sleep 1000 & exit 0');
    await child.exited;
    // Whoever is left of the group holds the log open.
    await log.finished();
    expect(log.ended).toBe(true);
  });
});

describe('ProcessRecords', () => {
  it('ends what an agent that was killed left running, and only that', async () => {
    const child = shell('sleep 1000');
    const records = new ProcessRecords(folder);
    expect(records.reap()).toEqual([child.pid]);
    expect(await child.exited).toMatchObject({ signal: 9 });
    expect(records.reap()).toEqual([]);
  });

  it('leaves a process alone whose id was given to it since', async () => {
    const child = shell('sleep 1000');
    const file = join(folder, 'processes', `${child.pid}.json`);
    const record = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...record, startTime: 'another boot', marker: 'none' }));
    expect(new ProcessRecords(folder).reap()).toEqual([]);
    expect(startTime(child.pid ?? 0)).toBeDefined();
    await child.stop(0);
  });
});
