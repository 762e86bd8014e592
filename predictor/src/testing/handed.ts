import process from 'node:process';
import type { Worker } from 'node:worker_threads';

/** Resolves when the next worker that starts is handed work of this kind. */
export function untilHanded(kind: string): Promise<void> {
  return new Promise((resolve) => process.once('worker', (worker) => tellWork(worker, kind, resolve)));
}

function tellWork(worker: Worker, kind: string, tell: () => void): void {
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (message: { kind?: string }, transfers): void => {
    post(message, transfers);
    if (message.kind === kind) tell();
  };
}
