import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isCode } from '../api/api-error.ts';
import { corePath } from '../client/kube-client.ts';
import type { Pod } from '../types.ts';
import type { NodeContext } from './context.ts';

const RETRY = 300;
/** Changes that come together are written together. */
const GATHER = 10;
/** How often the last word about a pod is tried: an API that has gone for good must not hold the agent's end. */
const LAST_TRIES = 20;

/** Keeps a pod's status in the API equal to what is the case here: one write at a time, the newest state wins. */
export class StatusWriter {
  readonly #context: Pick<NodeContext, 'client' | 'log'>;
  readonly #current: () => [Pod, object];
  #dirty = false;
  #writing: Promise<void> | undefined;
  #stopped = false;
  #tries = Number.POSITIVE_INFINITY;
  #last: object | undefined;

  constructor(context: Pick<NodeContext, 'client' | 'log'>, current: () => [Pod, object]) {
    this.#context = context;
    this.#current = current;
  }

  changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#write();
  }

  /** Resolves when the newest state is written, the pod is gone, or the API has not answered for long. */
  async written(): Promise<void> {
    this.#tries = LAST_TRIES;
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#dirty && !this.#stopped && this.#tries > 0) {
      await delay(GATHER);
      this.#dirty = false;
      const [pod, status] = this.#current();
      if (isDeepStrictEqual(status, this.#last)) continue;
      if (await this.#patch(pod, status)) continue;
      this.#dirty = true;
      this.#tries -= 1;
      await delay(RETRY);
    }
    // In the turn in which the loop ended: a change that comes now begins another one.
    this.#writing = undefined;
  }

  /** @returns whether there is nothing more to write of this status */
  async #patch({ metadata }: Pod, status: object): Promise<boolean> {
    const { namespace, name, uid } = metadata;
    try {
      const path = `${corePath('pods', namespace, name)}/status`;
      await this.#context.client.patch(path, { metadata: { uid }, status });
      this.#last = status;
      return true;
    } catch (error) {
      if (isGone(error)) return true;
      this.#context.log(`status of pod ${name}: ${String(error)}`);
      return false;
    }
  }

  /** The node's last word about a pod that was deleted: it has ended. */
  async remove(): Promise<void> {
    for (let tries = 0; tries < LAST_TRIES && !this.#stopped; tries++) {
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

/** Deleted, or another pod has its name. */
function isGone(error: unknown): boolean {
  return isCode(error, 404) || (isCode(error, 409) && /UID in precondition/.test(String(error)));
}
