import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PredictorServer, serve } from '@stockout/predictor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VirtualEnvironment } from '../virtual-environment.ts';

const MODEL = new URL('../../predictor/fixtures/tiny', import.meta.url);
const SCHEMATHESIS = new URL('schemathesis/', import.meta.url);
const KEY = 'of-the-test';
const EXAMPLES = 50;

let errors: string[];
let server: PredictorServer;
beforeAll(async () => {
  errors = [];
  const ports = { port: 0, adminPort: 0, grpcPort: 0 };
  const options = { apiKeys: [KEY], limits: { drainMs: 0 } };
  const log = (level: string, message: string): unknown => level === 'error' && errors.push(message);
  server = await serve({ model: MODEL.href, host: '127.0.0.1', ...ports, ...options, log });
  await server.ready;
});
afterAll(() => server.stop());

/** Runs schemathesis on /openapi.json. @returns its exit code, and what it says */
async function schemathesis(): Promise<{ code: number | null; said: string }> {
  const requirements = new URL('requirements.txt', SCHEMATHESIS);
  const { bin } = await VirtualEnvironment.install('venv-schemathesis', requirements);
  const args = ['--config-file', 'schemathesis.toml', 'run', `${server.url}/openapi.json`];
  const how = ['-n', String(EXAMPLES), '--phases', 'examples,coverage,fuzzing', '--no-shrink'];
  const child = spawn(join(bin, 'st'), [...args, ...how, '-H', `X-API-Key: ${KEY}`], {
    cwd: fileURLToPath(SCHEMATHESIS),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

test('schemathesis finds no answer that /openapi.json does not foresee, in any of its operations', async () => {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
  const { code, said } = await schemathesis();
  expect(code, said).toBe(0);
  expect(said).toContain(`Tested: ${Object.keys(paths).length}`);
  expect(errors).toEqual([]);
});
