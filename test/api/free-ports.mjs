// Prints that many free TCP ports of 127.0.0.1, on one line: held until all are known, so that they differ.
// None is one that the system gives out by itself (from 32768 on), nor a node port: a server that is away for a while
// finds its port free when it comes back.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';

const [FROM, TO] = [20_000, 27_000];
const count = Number(process.argv[2]);

const servers = [];
while (servers.length < count) {
  const server = createServer().listen(randomInt(FROM, TO), '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (isFree) servers.push(server);
}
console.log(servers.map((server) => server.address().port).join(' '));
for (const server of servers) server.close();
