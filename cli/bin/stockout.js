#!/usr/bin/env node
// Plain JavaScript, for any Node: finds Node 24 or newer, which runs the TypeScript sources as they are.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** The same command alone, as in its image: what the others need is not loaded. */
const predictor = fileURLToPath(new URL('../src/images/predictor.ts', import.meta.url));
const bundled = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
/** What the predictor's image gives Node too (Dockerfile.predictor says why). */
const serveNode = () => JSON.parse(readFileSync(new URL('serve-node.json', import.meta.url), 'utf8'));

if (Number.parseInt(process.versions.node, 10) < 24) runOnBundled();
else if (process.argv[2] === 'serve' && process.execArgv.length === 0 && process.execve !== undefined) {
  keepCompiled();
  const { flags, environment } = serveNode();
  const args = [process.execPath, ...flags, predictor, ...process.argv.slice(2)];
  // In the place of this process: signals and the exit code are its own.
  process.execve(process.execPath, args, { ...environment, ...process.env });
} else {
  keepCompiled();
  await import(main);
}

/** Without their types stripped and compiled anew, the sources start in half the time from the second run on. */
function keepCompiled() {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
  process.env.NODE_COMPILE_CACHE ??= folder;
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

function runOnBundled() {
  if (!existsSync(bundled)) {
    console.error(`stockout needs Node 24 or newer, this is ${process.version}: run npm ci, which brings it`);
    process.exit(2);
  }
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
