import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const LOG = new URL('log.ts', import.meta.url).href;

it('a line on standard error is JSON: time, level, message and what it is about, and nothing else', async () => {
  const program = `
    const { logToStderr } = await import(${JSON.stringify(LOG)});
    logToStderr('info', 'listening', { url: 'http://x' });
    logToStderr('error', 'a "request"\\nfailed');
    process.exit(0);`;
  const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  const lines = ran.stderr.trimEnd().split('\n');
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
  expect(first).toEqual({ time, level: 'info', message: 'listening', url: 'http://x' });
  expect(second).toEqual({ time, level: 'error', message: 'a "request"\nfailed' });
  expect(lines).toHaveLength(2);
});
