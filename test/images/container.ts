import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { Image } from './image.ts';

const USER = 65532;

/**
 * What a container runtime does for a pod of the restricted Pod Security Standard, with util-linux alone: namespaces of
 * its own for processes and mounts, a read-only root, /tmp from outside, no privileges to be had, then the image's user.
 */
const RUN = `
set -e
path=$PATH PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1 tmp=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind "$tmp" "$root/tmp"
mount -o remount,bind,ro "$root"
setpriv=$(command -v setpriv) chroot=$(command -v chroot)
PATH=$path
exec "$setpriv" --no-new-privs "$chroot" --userspec=${USER}:${USER} --groups=${USER} "$root" "$@"
`;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A process of an image as process 1 of its container. */
export class Container {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;

  /** @param tmp the folder that is its /tmp: nothing else can be written */
  constructor(image: Image, args: string[], tmp: string) {
    chownSync(tmp, USER, USER);
    const { Entrypoint = [], Env = [] } = image.config;
    const environment = Object.fromEntries(Env.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    const namespaces = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
    const command = ['/bin/sh', '-c', RUN, 'run', image.root, tmp];
    this.#child = spawn('/usr/bin/unshare', [...namespaces, ...command, ...Entrypoint, ...args], {
      env: { ...environment, TMPDIR: '/tmp' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = this.#end();
  }

  /** Until it has ended by itself or by a signal. */
  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** To process 1 of the container: what it does not handle is ignored there, as by the kernel in every container. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    process.kill(Number(first), name);
  }

  /** Ends it, whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #end(): Promise<Ended> {
    const { stdout, stderr } = this.#child;
    const [out, err, [code]] = await Promise.all([
      text(stdout as NonNullable<typeof stdout>),
      text(stderr as NonNullable<typeof stderr>),
      once(this.#child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, stdout: out, stderr: err };
  }
}
