import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile, readLog } from './log-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-log-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function logOf(...chunks: string[]): Promise<string> {
  const log = new LogFile(join(folder, '0.log'));
  const source = new PassThrough();
  log.collect(source, 'stdout');
  for (const chunk of chunks) source.write(chunk);
  source.end();
  await log.finished();
  return log.path;
}

describe('LogFile', () => {
  it('keeps a line a line, wherever the process flushed', async () => {
    const path = await logOf('one\ntw', 'o\n', 'without an end');
    expect(await readLog(path, {})).toEqual(['one', 'two', 'without an end']);
  });

  it('shows the end, the beginning or what came since', async () => {
    const path = await logOf('1\n2\n3\n');
    expect(await readLog(path, { tailLines: 1 })).toEqual(['3']);
    expect(await readLog(path, { tailLines: 0 })).toEqual([]);
    expect(await readLog(path, { upTo: 2, tailLines: 1 })).toEqual(['2']);
    expect(await readLog(path, { since: Date.now() + 60_000 })).toEqual([]);
  });

  it('tells the time first when it is asked for, and never the stream', async () => {
    const [line] = await readLog(await logOf('a b\n'), { timestamps: true });
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z a b$/);
  });

  it('cuts a line that never ends into parts', async () => {
    const path = await logOf('x'.repeat(40_000));
    expect((await readLog(path, {})).map(({ length }) => length)).toEqual([16_384, 16_384, 7232]);
  });

  it('ends when it cannot be written, and lets the process go on', async () => {
    const log = new LogFile(join(folder, 'gone', '0.log'));
    const source = new PassThrough();
    log.collect(source, 'stdout');
    source.write('x'.repeat(200_000));
    await log.finished();
    source.end('more\n');
    await new Promise((resolve) => source.once('close', resolve));
    expect(await readLog(log.path, {})).toEqual([]);
  });
});
