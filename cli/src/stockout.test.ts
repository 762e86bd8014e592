import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runResultSchema } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/stockout.js', import.meta.url));
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function stockout(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: dir }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('the stockout command', () => {
  it('lists its commands in --help and exits 0', async () => {
    const { code, stdout } = await stockout('--help');
    expect(code).toBe(0);
    for (const name of [
      'demo',
      'generate',
      'ingest',
      'features',
      'train',
      'evaluate',
      'versions',
      'vacuum',
      'score',
      'serve',
      'status',
      'retrain',
    ]) {
      expect(stdout).toContain(`  ${name} `);
    }
  });

  it('exits 2 and names the option that is missing', async () => {
    const { code, stderr } = await stockout('train');
    expect(code).toBe(2);
    expect(stderr).toContain("required option '-f, --filename <file...>' not specified");
  });

  it.each([
    ['train', '--search', '0', 'give a whole number of settings, 1 to 9999'],
    ['vacuum', '--retention-hours', 'a week', 'a whole number is needed'],
    ['serve', '--rate-limit-per-minute', '0', 'a number from 1 to 100000000 is needed'],
  ])(
    'exits 2 and names an option whose value cannot be meant: %s %s %s',
    async (command, option, value, way) => {
      const about = command === 'serve' ? ['--model', 'v1'] : ['-f', 'model.yaml'];
      const { code, stderr } = await stockout(command, ...about, option, value);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(new RegExp(`${option}.*'${value}' is invalid.*${way}`)),
      ]);
      expect(stderr).not.toContain('    at ');
    },
  );

  it('exits 2 and names a file that is not there', async () => {
    const { code, stderr } = await stockout('train', '-f', 'nowhere.yaml');
    expect(code).toBe(2);
    expect(stderr).toBe('error: nowhere.yaml: there is no such file\n');
  });

  it('exits 2 and names file and field of a spec that is wrong, without a stack trace', async () => {
    const file = await wrongManifest();
    const { code, stderr } = await stockout('versions', '-f', file);
    expect(code).toBe(2);
    expect(stderr).toContain('wrong.yaml');
    expect(stderr).toContain('spec.data.horizonDays');
    expect(stderr).not.toContain('    at ');
  });

  it('leaves a failure in the result file, for the operator', async () => {
    const result = join(dir, 'termination-log');
    await stockout('train', '-f', await wrongManifest(), '--result-file', result);
    const failure = runResultSchema.parse(JSON.parse(await readFile(result, 'utf8')));
    expect(failure).toMatchObject({ kind: 'failure', exitCode: 2 });
  });

  it('says in the result file that it was the storage, so that the operator runs it again', async () => {
    const result = join(dir, 'termination-log');
    const blocked = join(dir, 'blocked');
    await writeFile(blocked, 'a file where a folder is needed');
    const data = join(dir, 'few.parquet');
    await stockout('generate', '--rows', '600', '--seed', '1', '--out', data);
    const storage = ['--storage', pathToFileURL(blocked).href];
    const { code } = await stockout(
      'ingest',
      data,
      '-f',
      await manifest('right', {}),
      ...storage,
      '--result-file',
      result,
    );
    const failure = runResultSchema.parse(JSON.parse(await readFile(result, 'utf8')));
    expect([code, failure]).toEqual([1, expect.objectContaining({ kind: 'failure', cause: 'storage' })]);
  });

  it('logs JSON as a Job, in which nobody reads sentences', async () => {
    const result = join(dir, 'termination-log');
    const { stdout, stderr } = await stockout('train', '-f', await wrongManifest(), '--result-file', result);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    const { time, level, message } = JSON.parse(stderr) as Record<string, string>;
    expect(Date.parse(time ?? '')).toBeGreaterThan(0);
    expect(level).toBe('error');
    expect(message).toContain('spec.data.horizonDays');
  });
});

function wrongManifest(): Promise<string> {
  return manifest('wrong', { horizonDays: 0 });
}

async function manifest(name: string, data: object): Promise<string> {
  const file = join(dir, `${name}.yaml`);
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'stockout.dev/v1alpha1',
      kind: 'StockoutModel',
      metadata: { name },
      spec: {
        storage: { uri: 'file:///data', persistentVolumeClaim: { claimName: 'stockout-data' } },
        data,
        training: {},
      },
    }),
  );
  return file;
}
