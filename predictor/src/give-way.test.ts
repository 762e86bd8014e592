import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import process from 'node:process';
import { expect, it } from 'vitest';
import { NICE } from './give-way.ts';

const MODULE = JSON.stringify(new URL('give-way.ts', import.meta.url).href);

const PROGRAM = `
  const { readlinkSync } = require('node:fs');
  const { getPriority } = require('node:os');
  const { parentPort } = require('node:worker_threads');
  import(${MODULE}).then(({ giveWay }) => {
    giveWay();
    parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))));
  });
`;

// Elsewhere a thread has no priority of its own.
it.runIf(process.platform === 'linux')('a worker gives way, and its process does not', async () => {
  const usual = getPriority(process.pid);
  const worker = new Worker(PROGRAM, { eval: true });
  const [priority] = (await once(worker, 'message')) as [number];
  await worker.terminate();
  expect(priority).toBe(NICE);
  expect(getPriority(process.pid)).toBe(usual);
});
