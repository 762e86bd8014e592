import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode } from '../api/api-error.ts';
import { corePath } from '../client/kube-client.ts';
import type { Container, PersistentVolume, PersistentVolumeClaim, Pod } from '../types.ts';
import { writeAtomically } from './atomic-files.ts';
import { type NodeContext, NotReadyError } from './context.ts';
import { type Mount, rewriter } from './rewrite.ts';
import { volumeFiles } from './volume-files.ts';

type Volume = NonNullable<Pod['spec']['volumes']>[number];

/** Where the pod's things are on this machine. */
export function podFolder({ stateDir }: NodeContext, pod: Pod): string {
  return join(stateDir, 'pods', pod.metadata.uid);
}

/** The volumes of a pod as folders of this machine. */
export class PodVolumes {
  readonly #context: NodeContext;
  readonly #folders = new Map<string, string>();

  constructor(context: NodeContext) {
    this.#context = context;
  }

  /** Makes or refreshes every volume. @throws NotReadyError when one cannot be had yet */
  async setUp(pod: Pod): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      this.#folders.set(volume.name, await this.#folderOf(pod, volume));
    }
    for (const volume of pod.spec.volumes ?? []) await this.#fill(pod, volume);
  }

  /** Writes the files of ConfigMaps, Secrets and the downward API again, where they changed. */
  async refresh(pod: Pod): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) await this.#fill(pod, volume);
  }

  readonly #written = new Map<string, string>();

  async #fill(pod: Pod, volume: Volume): Promise<void> {
    const mounter = pod.spec.containers.find(({ volumeMounts }) =>
      volumeMounts?.some(({ name }) => name === volume.name),
    );
    const rewrite = rewriter(mounter ? this.mountsOf(pod, mounter) : []);
    const files = await volumeFiles(this.#context, pod, volume, rewrite);
    if (!files) return;
    const content = JSON.stringify(files);
    if (this.#written.get(volume.name) === content) return;
    await writeAtomically(this.#folders.get(volume.name) ?? '', files);
    this.#written.set(volume.name, content);
  }

  async #folderOf(pod: Pod, volume: Volume): Promise<string> {
    const { hostPath, persistentVolumeClaim } = volume;
    if (hostPath) {
      if (hostPath.type === 'DirectoryOrCreate') await mkdir(hostPath.path, { recursive: true });
      return hostPath.path;
    }
    if (persistentVolumeClaim) return this.#claimFolder(pod, volume.name, persistentVolumeClaim.claimName);
    const folder = join(podFolder(this.#context, pod), 'volumes', volume.name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async #claimFolder(pod: Pod, volume: string, claimName: string): Promise<string> {
    const { client, stateDir } = this.#context;
    const { namespace = '' } = pod.metadata;
    const path = corePath('persistentvolumeclaims', namespace, claimName);
    const claim = await client.get<PersistentVolumeClaim>(path).catch((error: unknown) => {
      if (!isCode(error, 404)) throw error;
      const message = `persistentvolumeclaim "${claimName}" not found`;
      throw new NotReadyError('ContainerCreating', 'FailedMount', message);
    });
    if (claim.status?.phase !== 'Bound') {
      const message = `Unable to attach or mount volumes: claim "${claimName}" of volume "${volume}" is not bound`;
      throw new NotReadyError('ContainerCreating', 'FailedMount', message);
    }
    const folder =
      (await this.#volumeFolder(claim.spec.volumeName)) ?? join(stateDir, 'volumes', namespace, claimName);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async #volumeFolder(name: string | undefined): Promise<string | undefined> {
    if (!name) return undefined;
    const { spec } = await this.#context.client.get<PersistentVolume>(
      corePath('persistentvolumes', undefined, name),
    );
    return spec.hostPath?.path ?? spec.local?.path;
  }

  /** What a container sees where, its termination message included. */
  mountsOf(pod: Pod, container: Container): Mount[] {
    const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath = '' }) => ({
      mountPath,
      realPath: join(this.#folders.get(name) ?? '', subPath),
    }));
    const message = container.terminationMessagePath ?? '/dev/termination-log';
    return [...mounts, { mountPath: message, realPath: this.terminationMessage(pod, container) }];
  }

  terminationMessage(pod: Pod, { name }: Container): string {
    return join(podFolder(this.#context, pod), 'containers', name, 'termination-log');
  }
}
