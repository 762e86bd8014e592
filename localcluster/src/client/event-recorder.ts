import type { KubeObject } from '../types.ts';
import { eventBody, eventKey, type EventText } from './event-body.ts';
import { corePath, type KubeClient } from './kube-client.ts';

/** How many different events are remembered, to count a repeated one up instead of making another. */
const REMEMBERED = 1000;

interface Recorded {
  path: string;
  count: number;
}

/** Writes Events over the API. They are told for people: an error in telling is no error. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #component: string;
  readonly #host: string;
  readonly #recorded = new Map<string, Promise<Recorded | undefined>>();

  constructor(client: KubeClient, component: string, host: string) {
    this.#client = client;
    this.#component = component;
    this.#host = host;
  }

  record(about: KubeObject, text: Omit<EventText, 'component' | 'host'>): void {
    const whole: EventText = { ...text, component: this.#component, host: this.#host };
    const key = eventKey(about, whole);
    const before = this.#recorded.get(key) ?? Promise.resolve(undefined);
    this.#recorded.delete(key);
    const next = before.then((recorded) => this.#write(about, whole, recorded)).catch(() => undefined);
    this.#recorded.set(key, next);
    const [oldest] = this.#recorded.keys();
    if (this.#recorded.size > REMEMBERED && oldest !== undefined) this.#recorded.delete(oldest);
  }

  async #write(about: KubeObject, text: EventText, recorded: Recorded | undefined): Promise<Recorded> {
    const body = eventBody(about, text, Date.now());
    if (recorded) {
      const count = recorded.count + 1;
      await this.#client.patch(recorded.path, { count, lastTimestamp: body.lastTimestamp });
      return { ...recorded, count };
    }
    const namespace = about.metadata.namespace ?? 'default';
    const created = await this.#client.post<KubeObject>(corePath('events', namespace), body);
    return { path: corePath('events', namespace, created.metadata.name), count: 1 };
  }
}
