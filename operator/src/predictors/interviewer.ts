import { setTimeout as delay } from 'node:timers/promises';
import type { AskPod } from './admin-port.ts';
import { type Interview, Interviews } from './interview.ts';
import { type Answers, NO_ANSWERS, type Question } from './question.ts';

const TICK_MS = 250;
/** At one time, over all models. */
const MOST_AT_ONCE = 16;
/** Of one model, so that pods which cannot be reached keep no other model waiting. */
const MOST_OF_MODEL = 4;

/** Asks predictors' pods in the background what plans want to know, and keeps what they tell. */
export class Interviewer {
  readonly #models = new Map<string, Interviews>();
  readonly #askPod: AskPod;
  readonly #now: () => number;
  readonly #mayAsk: () => boolean;
  /** With the key of its model each. */
  readonly #underWay = new Map<Interview, string>();

  /**
   * @param now milliseconds since 1970
   * @param mayAsk looked at each time: false once another may be at work, whose comparisons are not ours to begin or end
   */
  constructor(askPod: AskPod, now: () => number = Date.now, mayAsk: () => boolean = () => true) {
    this.#askPod = askPod;
    this.#now = now;
    this.#mayAsk = mayAsk;
  }

  /** @param key of a model */
  answersOf(key: string): Answers {
    return this.#models.get(key) ?? NO_ANSWERS;
  }

  /** From now on these are asked for this model, and no others. */
  ask(key: string, questions: readonly Question[]): void {
    const interviews = this.#models.get(key) ?? new Interviews();
    interviews.ask(questions, this.#now());
    if (interviews.isEmpty) this.#models.delete(key);
    else this.#models.set(key, interviews);
  }

  /** Until the signal; what is known is forgotten then: whoever leads next asks anew. @param told of a model with news */
  async run(told: (key: string) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#askDue(told, signal);
      await delay(TICK_MS, undefined, { signal, ref: false }).catch(() => {});
    }
    this.#models.clear();
  }

  #askDue(told: (key: string) => void, signal: AbortSignal): void {
    if (!this.#mayAsk()) return;
    for (const { key, interview } of this.#due()) {
      if (this.#underWay.size >= MOST_AT_ONCE) return;
      if (this.#underWayOf(key) >= MOST_OF_MODEL) continue;
      void this.#conduct(key, interview, signal).then(() => told(key));
    }
  }

  /** Of all models, who waits longest first; drift, for which nobody waits, last. */
  #due(): { key: string; interview: Interview; due: number }[] {
    const now = this.#now();
    return [...this.#models]
      .flatMap(([key, interviews]) =>
        interviews.due(now).map((interview) => ({ key, interview, due: interview.due })),
      )
      .sort((a, b) => haste(a.interview) - haste(b.interview) || a.due - b.due);
  }

  #underWayOf(key: string): number {
    return [...this.#underWay.values()].filter((each) => each === key).length;
  }

  async #conduct(key: string, interview: Interview, signal: AbortSignal): Promise<void> {
    interview.begin();
    this.#underWay.set(interview, key);
    try {
      interview.succeed(await this.#askPod(interview.question, signal), this.#now());
    } catch (error) {
      interview.fail(error instanceof Error ? error.message : String(error), this.#now());
    } finally {
      this.#underWay.delete(interview);
    }
  }
}

function haste({ question }: Interview): number {
  return question.about === 'drift' ? 1 : 0;
}
