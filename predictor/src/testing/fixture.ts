import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Manifest } from '@stockout/contracts';

/** A version made by Python's XGBoost: see fixtures/README.md. */
export const TINY = fileURLToPath(new URL('../../fixtures/tiny', import.meta.url));
export const TINY_URI = pathToFileURL(TINY).href;

export async function tinyManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(TINY, 'manifest.json'), 'utf8')) as Manifest;
}

/** The fixture's example row. */
export async function tinyRow(): Promise<Record<string, number | null>> {
  const { features } = await tinyManifest();
  return Object.fromEntries(features.map(({ name, example }) => [name, example]));
}

/** A copy of the fixture that a test may spoil. */
export class VersionCopy implements AsyncDisposable {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** @param dir default: a new one */
  static async make(dir?: string): Promise<VersionCopy> {
    dir ??= await mkdtemp(join(tmpdir(), 'stockout-predictor-'));
    await cp(TINY, dir, { recursive: true });
    return new VersionCopy(dir);
  }

  get uri(): string {
    return pathToFileURL(this.dir).href;
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.dir, name));
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.dir, name), content);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.dir, name));
  }

  /** Read by nobody from here on, root neither: a link to itself. */
  async makeUnreadable(name: string): Promise<void> {
    await this.remove(name);
    await symlink(name, join(this.dir, name));
  }

  async editManifest(edit: (manifest: Manifest) => void): Promise<void> {
    const manifest = JSON.parse(String(await this.read('manifest.json'))) as Manifest;
    edit(manifest);
    await this.write('manifest.json', JSON.stringify(manifest));
  }

  /** Puts other content in a file, and has the manifest name it: only the self-check can tell. */
  async swap(name: string, content: Uint8Array): Promise<void> {
    await this.write(name, content);
    const sha256 = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    await this.editManifest((manifest) => {
      manifest.files[name] = { sha256, bytes: content.length };
      if (name === 'model.ubj') manifest.digest = sha256;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}
