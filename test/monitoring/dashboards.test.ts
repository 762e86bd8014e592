import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHECK = fileURLToPath(new URL('grafana/', import.meta.url));
const GENERATED = fileURLToPath(new URL('../../config/components/monitoring/generated/', import.meta.url));
const run = promisify(execFile);

describe("the dashboards, by Grafana's own schema", () => {
  let dir: string;
  let check: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockout-dashboards-'));
    check = await build();
  }, 300_000);

  afterAll(() => rm(dir, { recursive: true, force: true }));

  it.each(['operator', 'models', 'predictor'])('%s is valid', async (name) => {
    await run(check, [join(GENERATED, `${name}.json`)]);
  });

  it.each([
    ['a field that Grafana does not know', '"refId"', '"refID"'],
    ['a value that it does not allow', '"reqps"', '7'],
    ['a word that is none of its words', '"multi"', '7'],
  ])('%s is found out', async (_, right, wrong) => {
    const text = await readFile(join(GENERATED, 'predictor.json'), 'utf8');
    expect(text).toContain(right);
    await writeFile(join(dir, 'wrong.json'), text.replaceAll(right, wrong));
    await expect(run(check, [join(dir, 'wrong.json')])).rejects.toThrow('wrong.json: ');
  });
});

/** Grafana's SDK for Go, built once into the cache. @returns the program */
async function build(): Promise<string> {
  const { STOCKOUT_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = STOCKOUT_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stockout');
  const file = join(cache, 'monitoring', 'check-dashboards');
  await mkdir(join(cache, 'monitoring'), { recursive: true });
  await run('go', ['build', '-o', file, '.'], { cwd: CHECK });
  return file;
}
