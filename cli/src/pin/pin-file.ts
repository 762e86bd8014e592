import { readFile, writeFile } from 'node:fs/promises';
import { InputError } from '@stockout/contracts';
import { pinVersion } from '@stockout/crds/manifest';

/** What was pinned, in whatever place. */
export interface Pin {
  model: string;
  version: string;
  /** What was pinned before; null when nothing was. */
  before: string | null;
}

/** Changes the one line of a manifest. @throws InputError that names the file */
export async function pinInFile(file: string, version: string): Promise<Pin> {
  try {
    const { text, model, before } = pinVersion(await readFile(file, 'utf8'), version);
    await writeFile(file, text);
    return { model, version, before: before ?? null };
  } catch (error) {
    throw new InputError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
