import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const INSTALL = 'apt-get update -q && apt-get install -y -q --no-install-recommends chromium';

/**
 * Chromium or Chrome of the PATH, else Debian's package, without a window.
 * @throws Error when there is none and it cannot be installed
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = (await find()) ?? (await install());
  // Its sandbox does not start for root, and the pages are our own.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

async function find(): Promise<string | undefined> {
  for (const name of NAMES) {
    const found = await run('which', [name]).catch(() => undefined);
    if (found !== undefined) return found.stdout.trim();
  }
  return undefined;
}

async function install(): Promise<string> {
  const command = process.getuid?.() === 0 ? ['sh', '-c', INSTALL] : ['sudo', '-n', 'sh', '-c', INSTALL];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(command[0] as string, command.slice(1), { env });
  const found = await find();
  if (found === undefined) throw new Error('no Chromium is on the PATH: install one');
  return found;
}
