import process from 'node:process';
import type { AdminDoor } from '../http/admin-door.ts';
import type { Runtime } from '../runtime.ts';
import type { Traffic } from '../traffic.ts';
import type { Order, Question, Report } from './protocol.ts';
import { readCounts } from './read-counts.ts';

/** What a process that serves with others has in the place of an admin port: its supervisor asks it. */
export class SupervisorDoor implements AdminDoor {
  readonly #runtime: Runtime;
  readonly #listener = (order: Order): void => {
    if (order.kind === 'ask') void this.#answer(order.id, order.question);
  };
  #unsubscribe: () => void = () => {};

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async open(): Promise<string> {
    process.on('message', this.#listener);
    this.#unsubscribe = this.#runtime.lifecycle.onChange(() => this.#tellStanding());
    return '';
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    process.off('message', this.#listener);
  }

  #tellStanding(): void {
    const { lifecycle, serving } = this.#runtime;
    const { phase, reason } = lifecycle;
    tell({ kind: 'standing', phase, reason, manifest: serving?.model.manifest });
  }

  async #answer(id: number, question: Question): Promise<void> {
    tell({ kind: 'answer', id, answer: await this.#answerTo(question) });
  }

  async #answerTo(question: Question): Promise<unknown> {
    const { metrics, serving } = this.#runtime;
    if (question.kind === 'metrics') return metrics.registry.getMetricsAsJSON();
    if (question.kind === 'counts') return readCounts(metrics.registry);
    const traffic: Traffic | undefined = serving?.traffic;
    switch (question.kind) {
      case 'drift':
        return traffic?.drift.totals();
      case 'shadow':
        return traffic?.shadow.totals();
      case 'startShadow':
        traffic?.shadow.start(question.request, new URL(question.url), question.goldenKey);
        return true;
      case 'stopShadow':
        traffic?.shadow.stop();
        return true;
    }
  }
}

function tell(report: Report): void {
  process.send?.(report);
}
