import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Prometheus and promtool of the PATH; else Debian's package, which has both.
 * @throws Error when they are not there and cannot be installed
 */
export async function ensurePrometheus(): Promise<void> {
  if (await works()) return;
  const root = process.getuid?.() === 0;
  const [file, args] = root ? ['sh', ['-c', INSTALL]] : ['sudo', ['-n', 'sh', '-c', INSTALL]];
  await run(file as string, args as string[], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (!(await works())) throw new Error('prometheus and promtool are not on the PATH: install Prometheus');
}

// Its service, if the machine starts any, is not wanted.
const INSTALL = [
  'apt-get update -q',
  'apt-get install -y -q --no-install-recommends prometheus',
  '(systemctl disable --now prometheus || true)',
].join(' && ');

async function works(): Promise<boolean> {
  return Promise.all(['prometheus', 'promtool'].map((file) => run(file, ['--version']))).then(
    () => true,
    () => false,
  );
}

/** @returns what it prints, on both streams @throws Error with that when it fails */
export async function promtool(...args: string[]): Promise<string> {
  const { stdout, stderr } = await run('promtool', args).catch(
    (error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`promtool ${args.join(' ')}:\n${error.stdout}${error.stderr}`);
    },
  );
  return stdout + stderr;
}
