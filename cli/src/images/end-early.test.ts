import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { expect, it } from 'vitest';

const MODULE = new URL('./end-early.ts', import.meta.url).href;

/** The exit code of a process that imports it, runs this code and is then sent SIGTERM. */
async function exitCode(code: string): Promise<number | null> {
  const program = `import ${JSON.stringify(MODULE)}; ${code}; setInterval(() => {}, 1000); console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  return (await exited)[0];
}

it('ends with 143 at SIGTERM while no command has begun', async () => {
  expect(await exitCode('')).toBe(143);
});

it('leaves it to the command that has begun', async () => {
  expect(await exitCode("process.on('SIGTERM', () => process.exit(7))")).toBe(7);
});
