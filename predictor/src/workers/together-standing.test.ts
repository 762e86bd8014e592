import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/running.ts';
import { Together } from '../testing/together.ts';

describe('several processes that serve together', () => {
  it('say while they load what they wait for', async () => {
    await using together = await Together.start({ apiKeysDir: '/no/such/keys' });
    await eventually(async () => (await together.admin('/readyz')).includes('/no/such/keys is missing'));
  });

  it('close connections beyond their limit, and count them', async () => {
    const limits = { connections: 1, drainMs: 0, closeMs: 2_000 };
    await using together = await Together.ready({ limits });
    const { hostname, port } = new URL(together.server.url);
    const closed: Socket[] = [];
    const sockets = Array.from({ length: 4 }, () => connect(Number(port), hostname));
    for (const socket of sockets) {
      socket.on('close', () => closed.push(socket)).on('error', () => {});
      await once(socket, 'connect');
    }
    await eventually(() => closed.length === 2);
    expect(await together.admin('/metrics')).toMatch(
      /^stockout_connections_refused_total\{port="http"\} 2$/m,
    );
    for (const socket of sockets) socket.destroy();
  });
});
