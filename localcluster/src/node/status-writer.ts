import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isCode } from '../api/api-error.ts';
import { corePath } from '../client/kube-client.ts';
import type { Pod } from '../types.ts';
import type { NodeContext } from './context.ts';

const RETRY = 300;
/** Changes that come together are written together. */
const GATHER = 10;

/** Keeps a pod's status in the API equal to what is the case here: one write at a time, the newest state wins. */
export class StatusWriter {
  readonly #context: NodeContext;
  readonly #current: () => [Pod, object];
  #dirty = false;
  #writing: Promise<void> | undefined;
  #stopped = false;
  #last: object | undefined;

  constructor(context: NodeContext, current: () => [Pod, object]) {
    this.#context = context;
    this.#current = current;
  }

  changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Resolves when the newest state is written, or the pod is gone. */
  async written(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#dirty && !this.#stopped) {
      await delay(GATHER);
      this.#dirty = false;
      const [pod, status] = this.#current();
      if (isDeepStrictEqual(status, this.#last)) continue;
      try {
        const { namespace, name, uid } = pod.metadata;
        await this.#context.client.patch(`${corePath('pods', namespace, name)}/status`, {
          metadata: { uid },
          status,
        });
        this.#last = status;
      } catch (error) {
        if (isCode(error, 404) || isCode(error, 409)) return;
        this.#context.log(`status of pod ${pod.metadata.name}: ${String(error)}`);
        this.#dirty = true;
        await delay(RETRY);
      }
    }
  }

  /** The node's last word about a pod that was deleted: it has ended. */
  async remove(): Promise<void> {
    for (let tries = 0; tries < 20 && !this.#stopped; tries++) {
      const [{ metadata }] = this.#current();
      try {
        await this.#context.client.delete(corePath('pods', metadata.namespace, metadata.name), {
          gracePeriodSeconds: 0,
          preconditions: { uid: metadata.uid },
        });
        return;
      } catch (error) {
        if (isCode(error, 404) || isCode(error, 409)) return;
        await delay(RETRY);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}
