import type { ShadowReport } from '@stockout/contracts';
import { countsSince, type RequestCounts } from './request-counts.ts';
import {
  type About,
  type Answer,
  type Answers,
  keyOfQuestion,
  type Question,
  type QuestionOf,
  type Told,
} from './question.ts';

/** How often a pod is asked, until it has told all there is to tell. */
const EVERY_MS: Record<About, number> = {
  golden: 1_000,
  shadow: 2_000,
  unshadow: 5_000,
  requests: 2_000,
  drift: 60_000,
  standing: 5_000,
};
/** A pod that is not ready yet most often is in a moment: nobody needs to be told why until then. */
const STARTING_MS = 3_000;

const LONGEST_WAIT_MS = 300_000;
/** Comparisons of one pod that count, the newest: one is begun anew with each of its restarts. */
const MOST_TOLD = 16;

/** One question to one pod, and what came of it so far. */
export class Interview {
  readonly question: Question;
  /** Nobody wants to know any more, but what was told counts on. */
  retired = false;
  /** When it was last answered. */
  toldAt = 0;
  #told: Told[About][] = [];
  #counted: RequestCounts | undefined;
  #failing: Answer<About>['failing'];
  readonly #askedSince: number;
  #candidateSilentSince: number | undefined;
  #due: number;
  /** When `#due` was set. */
  #lookedAt: number;
  /** In a row. */
  #failures = 0;

  /** @param now milliseconds since 1970, as all times here */
  constructor(question: Question, now: number) {
    this.question = question;
    this.#askedSince = now;
    this.#lookedAt = now;
    this.#due = question.about === 'standing' ? now + STARTING_MS : now;
  }

  get answer(): Answer<About> {
    return {
      told: this.#told,
      failing: this.#failing,
      askedSince: this.#askedSince,
      candidateSilentSince: this.#candidateSilentSince,
    };
  }

  /** When it is to be asked again. */
  get due(): number {
    return this.#due;
  }

  /** @returns also true under a clock that was set back since: nobody would be asked for as long as that was */
  isDue(now: number): boolean {
    return now >= this.#due || (now < this.#lookedAt && this.#due < Infinity);
  }

  /** It is asked at this moment: not again before it answered. */
  begin(): void {
    this.#due = Infinity;
  }

  succeed(told: Told[About], now: number): void {
    if (this.question.about === 'requests') this.#told = [this.#count(told as RequestCounts)];
    else this.#add(told);
    this.#failing = undefined;
    this.#failures = 0;
    this.toldAt = now;
    this.#lookedAt = now;
    const isUnanswered = this.question.about === 'shadow' && !(told as ShadowReport).answering;
    this.#candidateSilentSince = isUnanswered ? (this.#candidateSilentSince ?? now) : undefined;
    this.#due = isFinal(this.question, told) ? Infinity : now + EVERY_MS[this.question.about];
  }

  #add(told: Told[About]): void {
    const last = this.#told.at(-1);
    const goesOn = last !== undefined && isSame(this.question, last, told);
    this.#told = [...(goesOn ? this.#told.slice(0, -1) : this.#told), told].slice(-MOST_TOLD);
  }

  /** From the first look on. */
  #count(now: RequestCounts): RequestCounts {
    const { total, errors } = (this.#told[0] ?? { total: 0, errors: 0 }) as RequestCounts;
    const more = countsSince(this.#counted ?? now, now);
    this.#counted = now;
    return { total: total + more.total, errors: errors + more.errors };
  }

  fail(error: string, now: number): void {
    this.#lookedAt = now;
    this.#failing = { since: this.#failing?.since ?? now, error };
    const { about } = this.question;
    // A proof and a way back wait for their answers; that a comparison has ended nobody waits for.
    const longer = about === 'unshadow' ? 2 ** this.#failures++ : 1;
    this.#due = now + Math.min(EVERY_MS[about] * longer, LONGEST_WAIT_MS);
  }
}

/** A pod that was restarted begins its comparison anew: what it told before counts as well. */
function isSame({ about }: Question, before: Told[About], after: Told[About]): boolean {
  return about !== 'shadow' || (before as ShadowReport).since === (after as ShadowReport).since;
}

/** Nothing else will be told. */
function isFinal({ about }: Question, told: Told[About]): boolean {
  if (about === 'unshadow') return true;
  if (about !== 'golden') return false;
  const { rows, reproduced, different } = told as Told['golden'];
  return different > 0 || reproduced === rows;
}

/** All that is asked for one model. */
export class Interviews implements Answers {
  readonly #all = new Map<string, Interview>();

  /** From now on these are asked, and no others. */
  ask(questions: readonly Question[], now: number): void {
    const wanted = new Map(questions.map((question) => [keyOfQuestion(question), question]));
    const ids = new Set(questions.flatMap((each) => (each.about === 'shadow' ? each.request.id : [])));
    for (const [key, interview] of this.#all) {
      const { question } = interview;
      interview.retired = !wanted.has(key);
      const counts = question.about === 'shadow' && ids.has(question.request.id);
      if (interview.retired && !counts) this.#all.delete(key);
    }
    for (const [key, question] of wanted)
      if (!this.#all.has(key)) this.#all.set(key, new Interview(question, now));
  }

  due(now: number): Interview[] {
    return [...this.#all.values()].filter((interview) => !interview.retired && interview.isDue(now));
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  to<A extends About>(question: QuestionOf<A>): Answer<A> | undefined {
    return this.#all.get(keyOfQuestion(question))?.answer as Answer<A> | undefined;
  }

  /** A pod that is asked for another share of its requests goes on counting: what it told last has all of them. */
  comparisons(id: string): readonly ShadowReport[] {
    const told = [...this.#all.values()]
      .filter(({ question }) => question.about === 'shadow' && question.request.id === id)
      .sort((a, b) => a.toldAt - b.toldAt)
      .flatMap(({ question, answer }) =>
        (answer.told as readonly ShadowReport[]).map(
          (report) => [`${question.pod.uid} ${report.since}`, report] as const,
        ),
      );
    return [...new Map(told).values()];
  }
}
