// A predictor in a process of its own, stopped by SIGTERM.
import process from 'node:process';
import { serve } from '../serve.ts';

const server = await serve({
  model: process.argv[2] as string,
  host: '127.0.0.1',
  port: 0,
  adminPort: 0,
  grpcPort: 0,
  log: () => {},
  limits: { drainMs: 3_000 },
});
process.once('SIGTERM', () => {
  process.disconnect();
  void server.stop();
});
await server.ready;
process.send?.(server.url);
