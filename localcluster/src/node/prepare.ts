import { mkdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Container, Pod } from '../types.ts';
import { type NodeContext, NotReadyError } from './context.ts';
import { environmentOf } from './environment.ts';
import { expand } from './expand.ts';
import type { ProbeTarget } from './probe.ts';
import { rewriter } from './rewrite.ts';
import { podFolder, type PodVolumes } from './volumes.ts';

/** What a container's process is started with, and its probes. */
export type Prepared = ProbeTarget & { command: string[] };

/** Reads a container's spec for this machine. @throws NotReadyError when it cannot be started as things are */
export async function prepare(
  context: NodeContext,
  pod: Pod,
  container: Container,
  volumes: PodVolumes,
): Promise<Prepared> {
  const rewrite = rewriter(volumes.mountsOf(pod, container));
  const env = environmentOf(context, pod, container, rewrite);
  if (!container.command || container.command.length === 0) {
    throw cannotStart(
      `container ${container.name} names no command; what its image would run is not known here`,
    );
  }
  const command = [...container.command, ...(container.args ?? [])].map((word) => expand(rewrite(word), env));
  const cwd = container.workingDir ? rewrite(container.workingDir) : join(podFolder(context, pod), 'work');
  await requireFolder(cwd, context.stateDir);
  return { command, env, cwd, rewrite, container, podIP: pod.status?.podIP ?? '127.0.0.1' };
}

/** A container runtime makes the working directory in the image; here it is made among the pod's own things only. */
async function requireFolder(folder: string, stateDir: string): Promise<void> {
  if (folder.startsWith(stateDir + sep)) await mkdir(folder, { recursive: true });
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw cannotStart(`workingDir ${folder} is no folder of this machine`);
}

function cannotStart(why: string): NotReadyError {
  return new NotReadyError('CreateContainerError', 'Failed', `Error: ${why}`);
}
