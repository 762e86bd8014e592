import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ENTRY = fileURLToPath(new URL('pipeline.ts', import.meta.url));

/** @returns the exit code and what was printed of what is wrong */
function pipeline(...args: string[]): Promise<[unknown, string]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [ENTRY, ...args], (error, _, stderr) => resolve([error?.code ?? 0, stderr]));
  });
}

it('versions are those of a manifest, for the image has nothing to ask a cluster with', async () => {
  const [code, stderr] = await pipeline('versions');
  expect([code, stderr]).toEqual([2, expect.stringContaining("required option '-f, --filename <file...>'")]);
});
