import type { BatchStream } from '../batch/batch-client.ts';
import type { AnswerStream } from './answer-stream.ts';
import { hasToArrive } from './arrival-deadline.ts';
import { type BodyPart, bodyParts } from './body-parts.ts';
import type { Exchange } from './exchange.ts';
import { Patience } from './patience.ts';
import { ProblemError } from './problem.ts';
import { dropBody } from './read-body.ts';
import { explainLoss } from './explain-loss.ts';
import { expectScored } from './scored-answer.ts';

/** Both in bytes. */
interface StreamBounds {
  /** Of the answer, so much may wait for the caller before we stop to read from him. */
  unsent: number;
  /** From so much on what was read goes to the worker. */
  partBytes: number;
}

/**
 * A body that is read, scored and answered part by part, each no faster than the next will have it. What is wrong
 * before the first part is answered is a problem, as ever; what is wrong later breaks the answer off.
 */
export class StreamedBatch {
  readonly #exchange: Exchange;
  readonly #scorer: BatchStream;
  readonly #type: string;
  readonly #patience: Patience;
  readonly #bounds: StreamBounds;
  #answer: AnswerStream | undefined;

  constructor(exchange: Exchange, scorer: BatchStream, type: string, bounds: StreamBounds) {
    this.#exchange = exchange;
    this.#scorer = scorer;
    this.#type = type;
    this.#bounds = bounds;
    this.#patience = new Patience(exchange.runtime.limits.requestTimeoutMs);
  }

  /** Never rejects: what goes wrong is answered. */
  async run(): Promise<void> {
    const { req, res } = this.#exchange;
    const { partBytes } = this.#bounds;
    try {
      for await (const part of bodyParts(req, this.#patience, partBytes)) await this.#take(part);
      this.#answer?.end();
    } catch (error) {
      // A caller who has gone is told nothing.
      if (res.destroyed) return;
      hasToArrive(req);
      if (this.#answer === undefined) dropBody(req);
      else this.#tell(error, this.#answer);
      this.#exchange.fail(error);
    } finally {
      this.#scorer.close();
    }
  }

  async #take({ bytes, last }: BodyPart): Promise<void> {
    const { answer, seconds } = await this.#scorer
      .score(bytes, last)
      .catch(explainLoss('the batch was lost'));
    const { body, summary } = expectScored(answer);
    // Once it is sent its memory is freed, and it has no length.
    const { length } = body;
    this.#exchange.runtime.metrics.batch(summary, seconds);
    if (last && this.#answer === undefined) return this.#exchange.send(this.#type, body);
    this.#answer ??= this.#exchange.stream(this.#type);
    this.#answer.write(body);
    await this.#patience.within(this.#answer.flowing(this.#bounds.unsent), 'the answer is not read');
    this.#patience.moved(length);
  }

  /** Where the answer is lines of text, the last one that is sent says why no more follow. */
  #tell(error: unknown, answer: AnswerStream): void {
    if (!(error instanceof ProblemError) || !/ndjson|csv/.test(this.#type)) return;
    answer.write(Buffer.from(`${JSON.stringify(error.toProblem())}\n`));
  }
}
