// Prints that many free TCP ports of 127.0.0.1, on one line: held until all are known, so that they differ.
import { createServer } from 'node:net';
import process from 'node:process';

const servers = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, () => {
    const server = createServer();
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
  }),
);
console.log(servers.map((server) => server.address().port).join(' '));
for (const server of servers) server.close();
