// What `stockout serve` runs: node stockout.ts <model> <key> <http | grpc>, the address that is told.
import process from 'node:process';
import { serve } from '@stockout/predictor';
import { serveParent } from './serve-parent.ts';

const [model, apiKey, protocol] = process.argv.slice(2) as [string, string, string];
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
const address = protocol === 'grpc' ? server.grpcAddress : `${server.url}/predict`;
serveParent(address, () => void server.stop());
