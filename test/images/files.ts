import { closeSync, lstatSync, openSync, readdirSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** A file, folder or link of an image. */
export interface Entry {
  /** From the folder that was asked for, without a slash at its beginning. */
  path: string;
  stats: Stats;
}

/** All that is in a folder, the folders in it too; links are not followed. */
export function entriesOf(folder: string): Entry[] {
  return walk(folder, '');
}

function walk(root: string, folder: string): Entry[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    const stats = lstatSync(join(root, path));
    return [{ path, stats }, ...(stats.isDirectory() ? walk(root, path) : [])];
  });
}

/** What ELF's e_machine says a program or library runs on. */
const MACHINES: Record<number, string> = { 62: 'x64', 183: 'arm64' };

/** The machine that a file is for, as Node names it; undefined when it is no program and no library. */
export function machineOf(file: string): string | undefined {
  const head = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.subarray(0, 4).toString('latin1') !== '\u007fELF') return undefined;
  const machine = head.readUInt16LE(18);
  return MACHINES[machine] ?? `machine ${machine}`;
}
