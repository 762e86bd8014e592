import { expect, it } from 'vitest';
import { settle } from '../options.ts';
import { serveAlone } from '../serve.ts';
import { TINY_URI } from '../testing/fixture.ts';

it('a process that would take the place of another gives up when it is stopped while it loads', async () => {
  const stopping = new AbortController();
  const settings = settle({
    model: TINY_URI,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    grpcPort: 0,
    listenWhenReady: true,
    apiKeysDir: '/no/such/keys',
    signal: stopping.signal,
    log: (_level, message) => {
      if (message.includes('/no/such/keys')) setImmediate(() => stopping.abort());
    },
  });
  await expect(serveAlone(settings)).rejects.toThrow(/abort|stopped/);
});
