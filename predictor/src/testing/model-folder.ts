import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VersionCopy } from './fixture.ts';

/** A model's versions beside one another, as in a storage: both are the fixture, by two names. */
export class ModelFolder implements AsyncDisposable {
  readonly v1: VersionCopy;
  readonly v2: VersionCopy;
  readonly #dir: string;

  private constructor(dir: string, v1: VersionCopy, v2: VersionCopy) {
    this.#dir = dir;
    this.v1 = v1;
    this.v2 = v2;
  }

  static async make(): Promise<ModelFolder> {
    const dir = await mkdtemp(join(tmpdir(), 'stockout-model-'));
    const [v1, v2] = await Promise.all(['v1', 'v2'].map((version) => VersionCopy.make(join(dir, version))));
    await v2!.editManifest((manifest) => (manifest.version = 'v2'));
    return new ModelFolder(dir, v1!, v2!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }
}
