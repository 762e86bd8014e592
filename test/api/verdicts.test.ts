import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const MODELS = fileURLToPath(new URL('../../config/gitops/models', import.meta.url));
const STOCKOUT = fileURLToPath(new URL('../../cli/bin/stockout.js', import.meta.url));
const MODEL = 'retail/stockoutmodel.yaml';

interface Spec {
  storage: object;
  training: { params: object };
  gates: object[];
  promotion: { policy: string; version?: string };
}

/** The example repository, with a storage on this machine and two versions in it: v1, and v2 of one stump. */
describe('a pull request that pins a version is told what the gates say of it', () => {
  let dir: string;
  let repository: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockout-verdicts-'));
    repository = join(dir, 'models');
    await cp(MODELS, repository, { recursive: true });
    await change((spec) => {
      const uri = pathToFileURL(join(dir, 'storage')).href;
      spec.storage = { uri, persistentVolumeClaim: { claimName: 'stockout-data' } };
      spec.training.params = { rounds: 20, maxDepth: 3 };
      spec.gates = [
        { metric: 'auc', min: '0.6' },
        { metric: 'auc', maxDropFromServing: '0.005' },
      ];
    });
    await stockout('generate', '--rows', '10800', '--seed', '1', '--out', join(dir, 'raw.parquet'));
    await stockout('ingest', join(dir, 'raw.parquet'), '-f', MODEL);
    await stockout('train', '-f', MODEL, '--gates', 'report');
    await git('init', '--quiet', '--initial-branch', 'main');
    await commit('v1 serves');
    await change((spec) => (spec.training.params = { rounds: 1, maxDepth: 1 }));
    await stockout('train', '-f', MODEL, '--gates', 'report');
    await git('checkout', '--quiet', '--', '.');
  }, 120_000);

  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('nothing, when it pins none', async () => {
    await git('checkout', '--quiet', '-B', 'other', 'main');
    await writeFile(join(repository, 'README.md'), 'ours\n');
    await commit('words');
    expect(await verdicts()).toEqual({ code: 0, stdout: 'No version is pinned otherwise than before.\n' });
  });

  it('each gate with what was wanted and got, and the check fails when one does', async () => {
    await git('checkout', '--quiet', '-B', 'worse', 'main');
    await change((spec) => (spec.promotion.version = 'v2'));
    await commit('pin v2');
    const { code, stdout } = await verdicts();
    expect(code).toBe(1);
    expect(stdout).toContain('### retail/stockoutmodel.yaml: v1 → v2');
    expect(stdout).toMatch(/\| auc \| min 0\.6 \| 0\.\d+ \| passed \|/);
    expect(stdout).toMatch(/\| auc \| maxDropFromServing 0\.005 \| 0\.\d+ \| \*\*failed\*\*: .*\|/);
  }, 60_000);

  it('passes with a better one: its gates are those of the pull request', async () => {
    await git('checkout', '--quiet', '-B', 'looser', 'main');
    await change((spec) => {
      spec.promotion.version = 'v2';
      spec.gates = [{ metric: 'auc', min: '0.6' }];
    });
    await commit('pin v2, ask for less');
    const { code, stdout } = await verdicts();
    expect(code).toBe(0);
    expect(stdout).not.toContain('failed');
  }, 60_000);

  it('that it cannot be judged, when there is no such version', async () => {
    await git('checkout', '--quiet', '-B', 'unknown', 'main');
    await change((spec) => (spec.promotion.version = 'v9'));
    await commit('pin v9');
    const { code, stdout } = await verdicts();
    expect(code).toBe(2);
    expect(stdout).toMatch(/could not be judged:[^]*v9/);
  }, 60_000);

  it('by a token of GitHub that the storage takes, written for this user alone', async () => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      asked.push([request.url, request.headers.authorization]);
      response.end(JSON.stringify({ count: 1, value: 'a.b.c' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(dir, 'token');
    try {
      const url = `http://127.0.0.1:${port}/token?api-version=2.0`;
      const more = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret' };
      expect(await run('bash', ['scripts/azure-token.sh', file], more)).toMatchObject({ code: 0 });
    } finally {
      server.close();
    }
    expect(asked).toEqual([['/token?api-version=2.0&audience=api://AzureADTokenExchange', 'bearer secret']]);
    expect(await readFile(file, 'utf8')).toBe('a.b.c');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  async function change(edit: (spec: Spec) => void): Promise<void> {
    const file = join(repository, MODEL);
    const model = parse(await readFile(file, 'utf8')) as { spec: Spec };
    edit(model.spec);
    await writeFile(file, stringify(model));
  }

  function verdicts(): Promise<{ code: number; stdout: string }> {
    return run('bash', ['scripts/verdicts.sh', 'main']);
  }

  async function commit(message: string): Promise<void> {
    await git('add', '.');
    await git(
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@example.com',
      'commit',
      '--quiet',
      '-m',
      message,
    );
  }

  async function git(...args: string[]): Promise<void> {
    expect(await run('git', args)).toMatchObject({ code: 0 });
  }

  async function stockout(...args: string[]): Promise<void> {
    expect(await run(process.execPath, [STOCKOUT, ...args])).toMatchObject({ code: 0 });
  }

  function run(
    file: string,
    args: string[],
    more: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number; stdout: string }> {
    const { PATH, STOCKOUT_API_BIN } = process.env;
    // What the script needs of kubectl needs no cluster.
    const env = {
      ...process.env,
      ...more,
      KUBECONFIG: '/dev/null',
      PATH: [STOCKOUT_API_BIN, PATH].join(delimiter),
      STOCKOUT: `${process.execPath} ${STOCKOUT}`,
    };
    return new Promise((resolve) => {
      execFile(file, args, { cwd: repository, env }, (error, stdout) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
      });
    });
  }
});
