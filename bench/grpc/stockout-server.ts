// What `stockout serve` runs, its key checked at every call.
import process from 'node:process';
import { serve } from '@stockout/predictor';

const [model, apiKey] = process.argv.slice(2) as [string, string];
const server = await serve({
  model,
  host: '127.0.0.1',
  port: 0,
  adminPort: 0,
  grpcPort: 0,
  apiKeys: [apiKey],
  limits: { drainMs: 0 },
});
await server.ready;
process.send?.(server.grpcAddress);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.once('disconnect', () => void server.stop());
