import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Container } from '../types.ts';
import { startTime } from './process-identity.ts';
import { probe } from './prober.ts';

let folder: string;
let heard: string[];
let ended: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-prober-'));
  heard = [];
  ended = new AbortController();
});

afterEach(async () => {
  ended.abort();
  await rm(folder, { recursive: true, force: true });
});

/** Asks ten times a second whether a file is there. */
const whether = (file: string, more: object = {}) => ({
  exec: { command: ['test', '-e', file] },
  periodSeconds: 0.1,
  timeoutSeconds: 10,
  ...more,
});

function start(probes: Partial<Container>): Promise<void> {
  const container = { name: 'app', ...probes } as Container;
  const env = { PATH: process.env.PATH ?? '' };
  const target = { podIP: '127.0.0.1', container, env, cwd: folder, rewrite: (text: string) => text };
  const probing = {
    started: () => heard.push('started'),
    ready: (ready: boolean) => heard.push(ready ? 'ready' : 'unready'),
    failed: (kind: string) => heard.push(`failed ${kind}`),
    unhealthy: () => {},
  };
  return probe(target, probing, ended.signal);
}

const hears = (what: string): Promise<boolean> => until(what, () => heard.includes(what));
const touch = (file: string): Promise<void> => writeFile(join(folder, file), '');

describe('probe', () => {
  it('takes a container without probes for ready as soon as it runs', async () => {
    await start({});
    expect(heard).toEqual(['started', 'ready']);
  });

  it('calls a container ready, unready and ready again as its probe goes', async () => {
    void start({ readinessProbe: whether('up', { failureThreshold: 1 }) });
    await hears('unready');
    await touch('up');
    await hears('ready');
    await rm(join(folder, 'up'));
    await until('unready again', () => heard.at(-1) === 'unready');
    expect(heard).toEqual(['started', 'unready', 'ready', 'unready']);
  });

  it('asks for nothing else before the startup probe has passed', async () => {
    void start({ startupProbe: whether('up', { failureThreshold: 1000 }), readinessProbe: whether('up') });
    expect(heard).toEqual([]);
    await touch('up');
    await hears('ready');
    expect(heard).toEqual(['started', 'ready']);
  });

  it('gives a container up whose startup probe fails too often', async () => {
    await start({ startupProbe: whether('up', { failureThreshold: 2 }) });
    expect(heard).toEqual(['failed Startup']);
  });

  it('gives a container up whose liveness probe fails as often as allowed, once', async () => {
    await touch('up');
    const over = start({ livenessProbe: whether('up', { failureThreshold: 2 }) });
    await rm(join(folder, 'up'));
    await over;
    expect(heard).toEqual(['started', 'ready', 'failed Liveness']);
  });

  it('leaves no process behind when the container ends in the middle of a probe', async () => {
    const command = ['sh', '-c', 'echo $$ > pid; sleep 1000'];
    const over = start({ readinessProbe: { exec: { command }, timeoutSeconds: 1000 } });
    const pid = await until('it says its id', async () => {
      return Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '')) || undefined;
    });
    ended.abort();
    await over;
    await until('it has ended', () => startTime(pid) === undefined);
    expect(heard).toEqual(['started']);
  });
});
