import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../api/tls.ts';
import type { ContainerStatus } from '../types.ts';
import { LogFile } from './log-file.ts';
import { serveLogs } from './log-server.ts';

const TOKEN = 'a-token';
const LINES = 3000;

let folder: string;
let log: LogFile | undefined;
let status: ContainerStatus;
let server: { port: number; stop: () => void };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-logs-'));
  log = new LogFile(join(folder, '0.log'));
  status = { name: 'app', image: '', imageID: '', ready: true, restartCount: 0, state: { running: {} } };
  server = await serveLogs({ certificate: selfSigned(), token: TOKEN }, (_namespace, pod) =>
    pod === 'p' ? { log, status } : undefined,
  );
});

afterEach(async () => {
  server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('serveLogs', () => {
  it('sends every line once to whoever follows, from wherever in the stream they begin', async () => {
    const source = new PassThrough();
    log?.collect(source, 'stdout');
    const followers: Promise<string>[] = [];
    for (let line = 0; line < LINES; line++) {
      source.write(`${line}\n`);
      if (line % 500 === 0) followers.push(read('p/app?follow=true'));
      if (line % 50 === 0) await new Promise(setImmediate);
    }
    source.end();
    const all = Array.from({ length: LINES }, (_, line) => `${line}\n`).join('');
    for (const text of await Promise.all(followers)) expect(text).toBe(all);
  });

  it('says in the words of a kubelet why there is nothing to see yet', async () => {
    log = undefined;
    status = { ...status, state: { waiting: { reason: 'CreateContainerConfigError' } } };
    expect(await read('p/app')).toBe(
      'container "app" in pod "p" is waiting to start: CreateContainerConfigError\n',
    );
    expect(await read('other/app')).toBe(
      'container "app" in pod "other" is waiting to start: ContainerCreating\n',
    );
  });

  it('has no previous log of a container that never ended', async () => {
    expect(await read('p/app?previous=true')).toBe(
      'previous terminated container "app" in pod "p" not found\n',
    );
  });

  it('answers nobody without the token', async () => {
    expect(await read('p/app', 'another')).toBe('Unauthorized');
  });
});

async function read(path: string, token = TOKEN): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const url = `https://127.0.0.1:${server.port}/containerLogs/default/${path}`;
  const headers = { authorization: `Bearer ${token}` };
  get(url, { agent: false, rejectUnauthorized: false, headers }, resolve).on('error', reject);
  const response = await promise;
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) text += chunk;
  return text;
}
