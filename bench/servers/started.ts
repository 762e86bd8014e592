import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. Dispose of it to end that. */
export interface StartedServer extends AsyncDisposable {
  /** As the server says it when it is up. */
  address: string;
  /** User and system time of its process so far, in microseconds. */
  cpu(): Promise<number>;
}

/** @param program one that calls `serveParent` */
export async function startServer(program: URL, ...args: string[]): Promise<StartedServer> {
  const child = fork(program, args);
  const [address] = (await once(child, 'message')) as [string];
  return {
    address,
    cpu: async () => {
      child.send('cpu');
      const [used] = (await once(child, 'message')) as [number];
      return used;
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
