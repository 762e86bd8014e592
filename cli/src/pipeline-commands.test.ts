import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runResultSchema } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/stockout.js', import.meta.url));
const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';
const VERSION_KEYS =
  'version,uri,digest,metrics,baseline,confidence,confusionMatrix,gates,warnings,seconds'.split(',');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-cli-'));
  await writeModel('model.yaml', { training: SMALL, gates: [{ metric: 'auc', min: '0.6' }] });
  await writeModel('strict.yaml', { training: SMALL, gates: [{ metric: 'auc', min: '1' }] });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const SMALL = { params: { rounds: 5, maxDepth: 3 } };

async function writeModel(file: string, spec: object): Promise<void> {
  const storage = {
    uri: pathToFileURL(join(dir, 'storage')).href,
    persistentVolumeClaim: { claimName: 'stockout-data' },
  };
  const metadata = { name: 'retail' };
  const model = {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata,
    spec: { storage, ...spec },
  };
  await writeFile(join(dir, file), JSON.stringify(model));
}

/** @returns the exit code and what was printed; with --json, parsed */
function stockout(...args: string[]): Promise<{ code: number; json: never; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: dir }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      const json = (args.includes('--json') && code !== 2 ? JSON.parse(stdout) : undefined) as never;
      resolve({ code, json, stdout, stderr });
    });
  });
}

describe('from raw data to a version, each command prints the one object that it is known for', () => {
  it('generate', async () => {
    const { code, json } = await stockout(
      ...'generate --rows 3600 --seed 1 --out raw.parquet --json'.split(' '),
    );
    expect([code, json]).toEqual([0, { rows: 3600, file: expect.stringContaining('raw.parquet') }]);
  });

  it('ingest --check', async () => {
    const { code, json } = await stockout('ingest', '--check', 'raw.parquet', '--json');
    expect(code).toBe(0);
    expect(Object.keys(json).slice(0, 4)).toEqual(['rows', 'columns', 'gaps', 'rejected']);
    expect(json).toMatchObject({ stores: 1, products: 20, days: 180, duplicates: 0 });
  });

  it('ingest --check of a file with names and a notation of its own, by a manifest and options', async () => {
    await writeFile(join(dir, 'own.csv'), 'Filiale\tArtikel\tTag\tMenge\tfehlt\n7\t8\t31/12/2025\t2,5\t0\n');
    const columns = { store: 'Filiale', product: 'Artikel', date: 'Tag', sales: 'Menge', stockout: 'fehlt' };
    await writeModel('own.yaml', { training: SMALL, data: { columns } });
    const options = '--check -f own.yaml --delimiter tab --date-format %d/%m/%Y --decimal-comma'.split(' ');
    const { code, stdout } = await stockout('ingest', 'own.csv', ...options);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Tag +DATE +0 +2025-12-31 +2025-12-31/)]);
    expect(stdout).toMatch(/Menge +DOUBLE +0 +2\.5 +2\.5/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('ingest', async () => {
    const { code, json } = await stockout('ingest', 'raw.parquet', '-f', 'model.yaml', '--json');
    const nothing = { reasons: [], negative: [], lost: [], skipped: [], keptColumns: [], leftOut: [] };
    expect([code, json]).toEqual([0, { rows: 3600, rejected: 0, tableVersion: 0, ...nothing }]);
  });

  it('ingest of the same file again, which says that there is nothing to do', async () => {
    const { code, stdout } = await stockout('ingest', 'raw.parquet', '-f', 'model.yaml');
    expect([code, stdout]).toEqual([
      0,
      'nothing to do: retail_stockout_data stays at version 0\n' +
        'raw.parquet: already ingested, version 0 has its rows\n',
    ]);
  });

  it('ingest --check by the manifest, which knows the rows that the table has', async () => {
    const { code, stdout } = await stockout('ingest', '--check', 'raw.parquet', '-f', 'model.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain(
      '0 rows would be ingested into retail_stockout_data, now at version 0, 3,600 rejected',
    );
    expect(stdout).toContain('3,600 rejected: duplicate: the table has this store, product and date');
  });

  it('features', async () => {
    const { code, json } = await stockout('features', '-f', 'model.yaml', '--json');
    expect([code, json]).toEqual([0, { rows: 3600, tableVersion: 0, seconds: expect.any(Number) }]);
  });

  it('train, with exit code 0 where the gates hold', async () => {
    const { code, json } = await stockout('train', '-f', 'model.yaml', '--json');
    expect([code, Object.keys(json)]).toEqual([0, VERSION_KEYS]);
    expect(json).toMatchObject({ version: 'v1', gates: [{ passed: true }] });
  });

  it('train, with exit code 3 where a gate fails, and 0 where the operator judges', async () => {
    const failed = await stockout('train', '-f', 'strict.yaml');
    expect(failed.code).toBe(3);
    expect(failed.stdout).toMatch(/FAILED {2}auc 0\.\d+ is below the minimum 1/);
    const reported = await stockout('train', '-f', 'strict.yaml', '--gates', 'report', '--json');
    expect(reported.code).toBe(0);
    expect(reported.json).toMatchObject({ version: 'v3', gates: [{ passed: false }] });
  });

  it('evaluate, with the other version where one is asked for', async () => {
    const { code, json } = await stockout(
      ...'evaluate -f model.yaml --version v1 --against v2 --json'.split(' '),
    );
    expect([code, Object.keys(json).sort()]).toEqual([0, [...VERSION_KEYS, 'champion'].sort()]);
  });

  it('evaluate as a Job, which leaves what both are worth for the operator', async () => {
    const file = join(dir, 'termination-log');
    const { code } = await stockout(
      ...'evaluate -f strict.yaml --version v1 --against v2 --gates report --result-file'.split(' '),
      file,
    );
    const result = runResultSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    expect([code, result]).toMatchObject([
      0,
      { kind: 'evaluate', version: 'v1', champion: { version: 'v2' } },
    ]);
  });

  it('evaluate, by store, week and sales where that is asked for, in 80 columns', async () => {
    const { code, stdout } = await stockout('evaluate', '-f', 'model.yaml', '--version', 'v1', '--slices');
    expect(code).toBe(0);
    for (const head of ['WEEK', 'SALES', 'STORE', 'WORST SERIES']) {
      expect(stdout).toMatch(new RegExp(`^${head} +ROWS +STOCKOUT`, 'm'));
    }
    const tables = stdout.slice(stdout.indexOf('\nWEEK'));
    expect(Math.max(...tables.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('versions', async () => {
    const { code, json } = await stockout('versions', '-f', 'model.yaml', '--json');
    expect([code, Object.keys(json)]).toEqual([0, ['versions']]);
    expect(json).toMatchObject({ versions: [{ version: 'v3' }, { version: 'v2' }, { version: 'v1' }] });
  });
});

describe('vacuum', () => {
  it('prints files and bytes, and changes nothing where all is young', async () => {
    const { code, json } = await stockout('vacuum', '-f', 'model.yaml', '--dry-run', '--json');
    expect([code, json]).toEqual([0, { files: 0, bytes: 0 }]);
  });

  it('says what would go, table by table, with a short retention when that is asked for twice', async () => {
    const short = ['vacuum', '-f', 'model.yaml', '--retention-hours', '0'];
    expect(await stockout(...short)).toMatchObject({ code: 2, stderr: expect.stringContaining('168') });
    const { code, stdout } = await stockout(...short, '--allow-short-retention', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^TABLE +FILES +BYTES\nretail_stockout_data +0 +0\n/);
    expect(stdout).toMatch(/would be removed$/m);
  });
});

describe('what is wrong is said in a line that names it, with exit code 2', () => {
  it('rows of a file, by their reason; the good ones land', async () => {
    await writeFile(join(dir, 'bad.csv'), `${HEADER}\nA,P,2025-01-01,-9,0,1,5,0\nA,P,2025-01-02,9,0,1,5,0\n`);
    const { code, stdout } = await stockout('ingest', 'bad.csv', '-f', 'model.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('1 rejected: price is negative');
  });

  it.each([
    ['a file without a column', ['ingest', 'x.csv', '-f', 'model.yaml'], /x\.csv: column date is missing/],
    [
      'a field that is not supported yet',
      ['train', '-f', 'new.yaml'],
      /spec\.source\.uri .*\.onnx \(give the XGBoost model/,
    ],
    ['a version that does not exist', ['evaluate', '-f', 'model.yaml', '--version', 'v9'], /no version v9/],
    ['a storage that is none', ['versions', '-f', 'model.yaml', '--storage', 'ftp://b'], /ftp:\/\/b/],
    ['a number of rows that is none', ['generate', '--rows', '0', '--out', 'x'], /--rows is 0/],
  ])('%s', async (_, args, message) => {
    await writeFile(join(dir, 'x.csv'), 'store_id,product_id,stockout\nA,P,0\n');
    await writeModel('new.yaml', { source: { uri: 'file:///data/model.onnx' } });
    const { code, stdout, stderr } = await stockout(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('a stack trace comes with --debug alone', async () => {
    const { stderr } = await stockout('versions', '-f', 'model.yaml', '--storage', 'nowhere', '--debug');
    expect(stderr).toMatch(/"nowhere" is not a storage URI[^]*\n +at /);
  });
});
