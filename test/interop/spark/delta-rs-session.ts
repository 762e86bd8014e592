import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TableLocation } from '../../../pipeline/src/tables/log.ts';
import { DeltaRs, pathOf } from '../../tables/delta-rs.ts';
import type { SeenRows } from './delta-rows.ts';

const PROGRAM = fileURLToPath(new URL('./delta_session.py', import.meta.url));

type Python = ChildProcessByStdio<Writable, Readable, null>;

/** delta-rs in one process that stays: what is asked of it costs no start. It does one thing at a time, in their order. */
export class DeltaRsSession implements AsyncDisposable {
  readonly #python: Python;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(python: Python) {
    this.#python = python;
    this.#answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  }

  static async open(): Promise<DeltaRsSession> {
    const { python } = await DeltaRs.install();
    return new DeltaRsSession(spawn(python, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  rows(table: TableLocation, version: number): Promise<SeenRows> {
    return this.#ask('rows', table, version);
  }

  version(table: TableLocation): Promise<number> {
    return this.#ask('version', table);
  }

  /** The versions that its log tells of, newest first. */
  history(table: TableLocation): Promise<number[]> {
    return this.#ask('history', table);
  }

  /** The rows of a SELECT as one commit, which makes the table where there is none. */
  append(table: TableLocation, select: string, partitionBy: string[] = []): Promise<void> {
    return this.#ask('append', table, select, partitionBy);
  }

  /** A table with the columns of a SELECT, and no rows. */
  create(table: TableLocation, select: string, partitionBy: string[] = []): Promise<void> {
    return this.#ask('create', table, select, partitionBy);
  }

  delete(table: TableLocation, predicate: string): Promise<void> {
    return this.#ask('delete', table, predicate);
  }

  compact(table: TableLocation): Promise<void> {
    return this.#ask('compact', table);
  }

  /** Removes all that the newest version does not need. */
  vacuum(table: TableLocation): Promise<void> {
    return this.#ask('vacuum', table);
  }

  checkpoint(table: TableLocation): Promise<void> {
    return this.#ask('checkpoint', table);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#python, 'close');
    this.#python.stdin.end();
    await closed;
  }

  #ask<T>(name: string, table: TableLocation, ...rest: unknown[]): Promise<T> {
    const turn = this.#last.then(() => this.#answer<T>([name, pathToFileURL(pathOf(table)).href, ...rest]));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #answer<T>(question: unknown[]): Promise<T> {
    this.#python.stdin.write(`${JSON.stringify(question)}\n`);
    const { value: line, done } = await this.#answers.next();
    if (done) throw new Error(`delta-rs ended with ${this.#python.exitCode} at ${question[0]}`);
    const answer = JSON.parse(line) as { value: T; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }
}
