import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

/** In a process of its own: what modules a module loads, as URLs. */
async function loadedBy(specifier: string): Promise<string[]> {
  const program = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    await import(${JSON.stringify(specifier)});
    console.log(JSON.stringify(urls));`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: WORKSPACE, maxBuffer: 10e6 });
  return JSON.parse(stdout) as string[];
}

const packagesOf = (urls: readonly string[], packages: readonly string[]): string[] =>
  packages.filter((name) => urls.some((url) => url.includes(`/node_modules/${name}/`)));

test('a command loads the clients of Spark and MLflow, and the writer of ONNX, once it needs them', async () => {
  const urls = await loadedBy('@stockout/pipeline');
  expect(packagesOf(urls, ['zod'])).toEqual(['zod']);
  expect(packagesOf(urls, ['@grpc/grpc-js', 'apache-arrow', 'undici', 'protobufjs'])).toEqual([]);
});

test('the thread of XGBoost loads no schemas', async () => {
  const urls = await loadedBy('./src/xgboost/worker.ts');
  expect(packagesOf(urls, ['koffi'])).toEqual(['koffi']);
  expect(packagesOf(urls, ['zod'])).toEqual([]);
});
