import { expect } from 'vitest';
import { onNode } from './on-node.ts';

const POLL = { timeout: 60_000, interval: 200 };

/** Kills the node's agent, which what looks after it starts anew: until there is another. */
export async function restartKubelet(): Promise<void> {
  const before = await onNode('pidof', 'kubelet');
  await onNode('kill', '-KILL', before);
  // None for a moment: pidof fails.
  const now = (): Promise<string> => onNode('pidof', 'kubelet').catch(() => before);
  await expect.poll(now, POLL).not.toBe(before);
}
