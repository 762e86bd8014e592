import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
const POLL = { timeout: 60_000, interval: 200 };

/** Kills the node's agent, which what looks after it starts anew: until there is another. */
export async function restartKubelet(): Promise<void> {
  const before = await onNode('pidof', 'kubelet');
  await onNode('kill', '-KILL', before);
  // None for a moment: pidof fails.
  const now = (): Promise<string> => onNode('pidof', 'kubelet').catch(() => before);
  await expect.poll(now, POLL).not.toBe(before);
}

/** What a command on the node prints. */
async function onNode(...command: string[]): Promise<string> {
  const enter = process.env['STOCKOUT_CLUSTER_ON_NODE'];
  if (!enter) throw new Error('STOCKOUT_CLUSTER_ON_NODE is not set: run this by npm run test:cluster');
  const [program = '', ...args] = [...enter.split(' '), ...command];
  return (await run(program, args)).stdout.trim();
}
