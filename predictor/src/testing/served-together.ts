// A predictor of several processes, for `Together`: node served-together.ts <options as JSON>. It tells where it listens, and
// the numbers of its processes when it is asked; SIGTERM stops it.
import cluster from 'node:cluster';
import process from 'node:process';
import type { ServeOptions } from '../options.ts';
import { serve } from '../serve.ts';

const options = JSON.parse(process.argv[2] as string) as ServeOptions;
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
process.once('disconnect', () => stopping.abort());
process.on('message', () => {
  process.send?.(Object.values(cluster.workers ?? {}).map((worker) => worker?.process.pid));
});
const server = await serve({ ...options, log: () => {}, signal: stopping.signal }).catch((error: Error) => {
  process.send?.({ failed: error.message });
  process.disconnect();
});
if (server !== undefined) {
  const { url, adminUrl, grpcAddress } = server;
  process.send?.({ url, adminUrl, grpcAddress });
  stopping.signal.addEventListener('abort', async () => {
    await server.stop();
    if (process.connected) process.disconnect();
  });
}
