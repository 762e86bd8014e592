import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** What a step is called, and its path where it has one. */
interface Step {
  name: string;
  path: string;
  /** Of a file being written: puts a part of the content there, as a process does that does not get further. */
  half?: () => Promise<unknown>;
}

/** Called before each step that changes something on the disk; what it throws the step throws. */
export type OnStep = (step: Step) => Promise<void>;

const CHANGES = ['mkdtemp', 'mkdir', 'open', 'writeFile', 'link', 'rename', 'rm'] as const;
const HANDLE_CHANGES = ['writeFile', 'sync'] as const;

/**
 * Has every change to the disk that JavaScript of this process makes through node:fs/promises, below one of the folders,
 * announced: the steps between which a process can die, or on which a disk can turn out to be full.
 * @returns what ends it
 */
export async function watchSystemSteps(folders: readonly string[], onStep: OnStep): Promise<() => void> {
  const steps = fs as unknown as Record<string, (...args: never[]) => Promise<unknown>>;
  const real = new Map(CHANGES.map((name) => [name, steps[name]!]));
  const handles = await handlePrototype();
  const realOfHandles = new Map(HANDLE_CHANGES.map((name) => [name, handles[name]!]));
  const paths = new WeakMap<object, string>();
  const watched = (path: unknown) => folders.some((folder) => String(path).startsWith(folder));

  for (const [name, change] of real) {
    steps[name] = async (...args: never[]) => {
      if (!watched(args[0])) return change(...args);
      const step = { name, path: String(args[0]) };
      await onStep(step);
      const result = await change(...args);
      if (name === 'open') paths.set(result as FileHandle, step.path);
      return result;
    };
  }
  for (const [name, change] of realOfHandles) {
    handles[name] = async function watchedChange(this: FileHandle, ...args: never[]) {
      const path = paths.get(this);
      if (path === undefined) return change.apply(this, args);
      const half = name === 'writeFile' ? () => this.write('half of it') : undefined;
      const step = { name: `file ${name}`, path, ...(half && { half }) };
      await onStep(step);
      return change.apply(this, args);
    };
  }
  syncBuiltinESMExports();
  return () => {
    Object.assign(steps, Object.fromEntries(real));
    Object.assign(handles, Object.fromEntries(realOfHandles));
    syncBuiltinESMExports();
  };
}

async function handlePrototype(): Promise<Record<string, (...args: never[]) => Promise<unknown>>> {
  await using handle = await fs.open(new URL(import.meta.url));
  return Object.getPrototypeOf(handle);
}
