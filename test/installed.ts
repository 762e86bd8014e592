import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/**
 * A folder of the cache that `make` has filled, now or on an earlier day: under a new key it is made anew. Of several
 * processes one makes it, the others wait.
 */
export async function installed(
  name: string,
  key: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const cache =
    process.env['STOCKOUT_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stockout');
  const folder = join(cache, name, key);
  await mkdir(join(cache, name), { recursive: true });
  await using lock = new AsyncDisposableStack();
  lock.use(await locked(`${folder}.lock`));
  // The last file of all: what was interrupted is made anew. In its place from the start, for programs know their own path.
  const whole = join(folder, '.whole');
  if (existsSync(whole)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await make(folder);
  await writeFile(whole, '');
  return folder;
}

export async function copyInto(folder: string, from: URL, ...names: string[]): Promise<void> {
  for (const name of names) await cp(new URL(name, from), join(folder, name));
}

/** Held by util-linux' flock, which the kernel lets go of whatever becomes of us. */
async function locked(path: string): Promise<AsyncDisposable> {
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return {
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await once(holder, 'close');
    },
  };
}
