import process from 'node:process';

/** Tells the bench that has started this process where its server is, and the CPU that it has used when asked. */
export function serveParent(address: string, stop: () => void = () => process.exit()): void {
  process.send?.(address);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.once('disconnect', stop);
}
