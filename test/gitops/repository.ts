import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MODELS = fileURLToPath(new URL('../../config/gitops/models', import.meta.url));
const COMMITTER = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];

/** A clone of the models' repository of config/gitops, with a history of its own. */
export class Repository {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** With one commit. @param namespace of its objects; callers come from within the cluster */
  static async begin(namespace: string): Promise<Repository> {
    const repository = new Repository(await mkdtemp(join(tmpdir(), 'stockout-gitops-')));
    await cp(MODELS, repository.#dir, { recursive: true });
    for (const file of [repository.model, join(repository.folder, 'scoringjob.yaml')]) {
      await rewrite(file, (text) =>
        text.replace('namespace: stockout', `namespace: ${namespace}`).replace('LoadBalancer', 'ClusterIP'),
      );
    }
    await repository.#git('init', '--quiet', '--initial-branch', 'main');
    await repository.commit('the first version serves');
    return repository;
  }

  /** What is delivered: a kustomization. */
  get folder(): string {
    return join(this.#dir, 'retail');
  }

  get model(): string {
    return join(this.folder, 'stockoutmodel.yaml');
  }

  /** Of the model's manifest, as a person edits it. */
  edit(change: (text: string) => string): Promise<void> {
    return rewrite(this.model, change);
  }

  async commit(message: string): Promise<void> {
    await this.#git('add', '.');
    await this.#git('commit', '--quiet', '-m', message);
  }

  /** The newest commit. */
  async revert(): Promise<void> {
    await this.#git('revert', '--no-edit', 'HEAD');
  }

  remove(): Promise<void> {
    return rm(this.#dir, { recursive: true, force: true });
  }

  async #git(...args: string[]): Promise<void> {
    await promisify(execFile)('git', [...COMMITTER, ...args], { cwd: this.#dir });
  }
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  await writeFile(file, after);
}
