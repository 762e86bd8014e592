import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { freePort } from '../free-port.ts';
import { Container } from './container.ts';
import type { Image } from './image.ts';

const SAMPLES = new URL('../../config/samples/', import.meta.url);
const DATA = new URL('../../data/retail_stockout_data.parquet', import.meta.url);
const COMMANDS: Record<string, string[]> = {
  operator: ['operator'],
  predictor: ['serve'],
  pipeline: ['generate', 'ingest', 'features', 'train', 'import', 'evaluate', 'vacuum', 'score', 'versions'],
};

let tmp: string;
const running: Container[] = [];
beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'stockout-container-'));
});
afterEach(() => Promise.all(running.splice(0).map((container) => container.kill())));
afterAll(() => rm(tmp, { recursive: true, force: true }));

function start(name: string, ...args: string[]): Container {
  const image = inject('images').find((candidate) => candidate.name === name) as Image;
  const container = new Container(image, args, tmp);
  running.push(container);
  return container;
}

/** Runs it to its end. @throws Error with what it said when it fails */
async function run(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await start(name, ...args).ended();
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} exits ${code}: ${stderr}`);
  return stdout;
}

/** Asks until it is answered with 200: what is asked may not have begun to listen. */
async function answered(url: string, container: Container): Promise<void> {
  const ended = container.ended().then(({ code, stderr }) => {
    throw new Error(`${url} was never answered, the container has ended with ${code}: ${stderr}`);
  });
  await Promise.race([ended, vi.waitFor(() => ask(url), { timeout: 120_000, interval: 100 })]);
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(url);
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${said}`);
}

describe.each(Object.keys(COMMANDS))('stockout in the image of the %s', (name) => {
  it('lists the commands of its image, and no other', async () => {
    const help = await run(name, '--help');
    const listed = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, command]) => command);
    expect(listed).toEqual([...(COMMANDS[name] ?? []), 'help']);
  });

  it('exits 2 at a command that it does not have', async () => {
    const { code, stderr } = await start(name, 'demo').ended();
    expect(code).toBe(2);
    expect(stderr).toContain("unknown command 'demo'");
  });
});

describe('the images together, with a read-only root and without privileges', () => {
  const manifests = ['-f', '/tmp/stockoutmodel.yaml', '-f', '/tmp/scoringjob.yaml'];
  const storage = ['--storage', 'file:///tmp/storage', '--json'];

  beforeAll(async () => {
    for (const file of ['stockoutmodel.yaml', 'scoringjob.yaml']) {
      await copyFile(new URL(file, SAMPLES), join(tmp, file));
    }
    await copyFile(DATA, join(tmp, 'data.parquet'));
    await run('pipeline', 'ingest', '/tmp/data.parquet', ...manifests.slice(0, 2), ...storage);
    const args = [...manifests.slice(0, 2), ...storage, '--result-file', '/tmp/result.json'];
    await run('pipeline', 'train', ...args);
  });

  it('train a version that passes its gates, and leave its result for the operator', async () => {
    const result = JSON.parse(await readFile(join(tmp, 'result.json'), 'utf8')) as Record<string, unknown>;
    expect(result).toMatchObject({ kind: 'train', version: 'v1' });
  });

  it('score with it', async () => {
    const scored = JSON.parse(await run('pipeline', 'score', ...manifests, ...storage)) as { rows: number };
    expect(scored.rows).toBeGreaterThan(1000);
  });

  it('serve it, and end with 0 on SIGTERM as process 1', async () => {
    const [port, adminPort] = [await freePort(), await freePort()];
    const ports = ['--host', '127.0.0.1', '--port', `${port}`, '--admin-port', `${adminPort}`];
    ports.push('--grpc-port', '0');
    const server = start(
      'predictor',
      'serve',
      '--model',
      'file:///tmp/storage/models/default/retail/v1',
      ...ports,
    );
    await answered(`http://127.0.0.1:${adminPort}/readyz`, server);
    const answer = await fetch(`http://127.0.0.1:${port}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: await readFile(new URL('predict.json', SAMPLES)),
    });
    expect(await answer.json()).toMatchObject({ stockout_risk_label: 1 });
    await ask(`http://127.0.0.1:${port}/docs/`);
    server.signal('SIGTERM');
    expect((await server.ended()).code).toBe(0);
  });

  it('reconcile until SIGTERM, though no API server answers', async () => {
    const [apiPort, adminPort] = [await freePort(), await freePort()];
    await writeFile(join(tmp, 'kubeconfig'), kubeconfig(apiPort));
    const args = ['--kubeconfig', '/tmp/kubeconfig', '--admin-port', `${adminPort}`];
    const operator = start('operator', 'operator', ...args);
    await answered(`http://127.0.0.1:${adminPort}/healthz`, operator);
    operator.signal('SIGTERM');
    expect((await operator.ended()).code).toBe(0);
  });
});

function kubeconfig(port: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}
