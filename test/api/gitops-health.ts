import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { builtTools } from './built-tools.ts';

const HEALTH = new URL('../../config/gitops/argocd/health.yaml', import.meta.url);

export interface Health {
  /** Argo CD: Healthy, Progressing, Degraded, Suspended. kstatus: Current, InProgress, Failed. */
  status: string;
  message: string;
}

/** What Argo CD and Flux take objects for, asked of the engines that they decide with. */
export class GitopsHealth {
  /** Of the scripts. */
  readonly #dir: string;
  readonly #programs: string;

  private constructor(dir: string, programs: string) {
    this.#dir = dir;
    this.#programs = programs;
  }

  static async build(): Promise<GitopsHealth> {
    const dir = await mkdtemp(join(tmpdir(), 'stockout-health-'));
    const { data } = parse(await readFile(HEALTH, 'utf8')) as { data: Record<string, string> };
    for (const [key, script] of Object.entries(data)) await writeFile(join(dir, kindOf(key)), script);
    return new GitopsHealth(dir, await builtTools());
  }

  remove(): Promise<void> {
    return rm(this.#dir, { recursive: true, force: true });
  }

  /** By the script of its kind in config/gitops/argocd/health.yaml. */
  inArgo(object: { kind: string }): Promise<Health> {
    return this.ask('argo-health', object, [join(this.#dir, object.kind)]);
  }

  /** By the library that Flux waits with. */
  inFlux(object: { kind: string }): Promise<Health> {
    return this.ask('kstatus', object, []);
  }

  private async ask(program: string, object: object, args: string[]): Promise<Health> {
    const running = promisify(execFile)(join(this.#programs, program), args);
    running.child.stdin?.end(JSON.stringify(object));
    const [status = '', message = ''] = (await running).stdout.split('\t');
    return { status, message };
  }
}

/** Of a key of argocd-cm: resource.customizations.health.GROUP_KIND. */
function kindOf(key: string): string {
  return key.slice(key.lastIndexOf('_') + 1);
}
