// A process of those that serve together: started by the supervisor, told by it what to do, and asked by it what it knows.
import process from 'node:process';
import { collectSooner } from '../collect-sooner.ts';
import { logToStderr } from '../log.ts';
import { settle } from '../options.ts';
import { type PredictorServer, serveAlone } from '../serve.ts';
import type { Order, Report, WorkerOptions } from './protocol.ts';
import { SupervisorDoor } from './supervisor-door.ts';

const stopping = new AbortController();
let serving: Promise<PredictorServer | undefined> | undefined;

// A terminal and some service managers signal the whole group: the supervisor decides what becomes of it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('message', (order: Order) => {
  if (order.kind === 'serve') serving = start(order.options);
  else if (order.kind === 'stop') void stop();
});

/** @returns undefined when it cannot listen: the supervisor says so, and this process ends */
async function start(options: WorkerOptions): Promise<PredictorServer | undefined> {
  const { worker } = options;
  const settings = settle({
    ...options,
    signal: stopping.signal,
    log: (level, message, fields) => logToStderr(level, message, { ...fields, worker }),
  });
  try {
    const server = await serveAlone(settings, (runtime) => new SupervisorDoor(runtime));
    server.ready.then(collectSooner, () => {});
    tell({ kind: 'listening', url: server.url, grpcAddress: server.grpcAddress });
    return server;
  } catch (error) {
    if (!stopping.signal.aborted) {
      tell({ kind: 'refused', message: (error as Error).message });
      process.exitCode = 1;
    }
    if (process.connected) process.disconnect();
    return undefined;
  }
}

async function stop(): Promise<void> {
  // One that still loads does not listen yet: nobody waits for what it would serve.
  stopping.abort();
  const server = await serving;
  await server?.stop();
  if (process.connected) process.disconnect();
}

function tell(report: Report): void {
  process.send?.(report);
}
