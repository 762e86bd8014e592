import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './kubectl.ts';

interface Env {
  name: string;
  value: string;
}

interface OperatorDeployment extends Manifest {
  spec: { template: { spec: { containers: { env: Env[] }[] } } };
}

/** Another release than this one: what it installs, and its programs. */
export class Release {
  readonly objects: readonly Manifest[];
  /** Where its `stockout` is. */
  readonly binDir: string;

  /**
   * @param installYaml the text of its install.yaml
   * @param tree a checkout of it with its packages installed
   */
  constructor(installYaml: string, tree: string) {
    this.objects = objectsOf(installYaml);
    this.binDir = join(tree, 'node_modules/.bin');
  }

  /** Runs a command of `stockout` to its end. @throws Error with what it says when it fails */
  async run(args: readonly string[]): Promise<void> {
    await promisify(execFile)('stockout', args, { env: this.#env() });
  }

  /** As its Deployment runs it. */
  async startOperator(kubeconfig: string): Promise<{ stop(): Promise<void> }> {
    const args = ['operator', '--kubeconfig', kubeconfig, '--admin-port', '0'];
    const env = this.#env(operatorEnv(this.objects));
    const child = spawn('stockout', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    return { stop: () => end(child) };
  }

  #env(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    return { ...process.env, ...more, PATH: [this.binDir, process.env.PATH].join(delimiter) };
  }
}

export function objectsOf(installYaml: string): Manifest[] {
  return parseAllDocuments(installYaml)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
}

/** What an installation tells its operator: the images that it runs among others. */
export function operatorEnv(objects: readonly Manifest[]): Record<string, string> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as OperatorDeployment | undefined;
  const env = deployment?.spec.template.spec.containers.flatMap((container) => container.env) ?? [];
  const told = env.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]);
  return Object.fromEntries(told) as Record<string, string>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
