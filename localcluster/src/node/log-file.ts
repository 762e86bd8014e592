import { EventEmitter } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Longer lines are cut into parts, so that a process without line ends cannot fill the memory. */
const LONGEST = 16 * 1024;

/** One run of a container: what it wrote, a line each with its time and stream. */
export class LogFile extends EventEmitter<{ line: [string]; end: [] }> {
  readonly path: string;
  /** How many lines were written so far. */
  lines = 0;
  ended = false;
  readonly #stream: WriteStream;
  /** Processes that have to wait until the disk has caught up. */
  readonly #held = new Set<Readable>();
  #open = 0;

  constructor(path: string) {
    super();
    this.setMaxListeners(0);
    this.path = path;
    this.#stream = createWriteStream(path, { flags: 'a' });
    this.#stream.on('drain', () => this.#release());
    // A disk that is full, or a folder that went with its pod, ends the log and not the agent.
    this.#stream.on('error', () => this.#finished());
  }

  /** Takes in what a process writes. */
  collect(source: Readable, name: 'stderr' | 'stdout'): void {
    let rest = '';
    this.#open += 1;
    source.setEncoding('utf8');
    source.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#write(name, line);
      for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) this.#write(name, rest.slice(0, LONGEST));
      if (this.#stream.writableNeedDrain && !this.ended) this.#held.add(source.pause());
    });
    source.on('close', () => {
      if (rest !== '') this.#write(name, rest);
      this.#open -= 1;
      if (this.#open === 0) this.#stream.end(() => this.#finished());
    });
    source.on('error', () => {});
  }

  #write(name: string, line: string): void {
    if (this.ended) return;
    const whole = `${new Date().toISOString()} ${name} F ${line}`;
    this.lines += 1;
    this.#stream.write(`${whole}\n`);
    this.emit('line', whole);
  }

  #release(): void {
    for (const source of this.#held) source.resume();
    this.#held.clear();
  }

  #finished(): void {
    if (this.ended) return;
    this.ended = true;
    this.#release();
    this.emit('end');
  }

  /** Resolves when every line that was written before is on disk. */
  async flushed(): Promise<void> {
    if (!this.ended) await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
  }

  /** Resolves when it has ended and everything is on disk. */
  async finished(): Promise<void> {
    if (!this.ended) await new Promise<void>((resolve) => this.once('end', resolve));
  }
}

export interface LogOptions {
  tailLines?: number;
  /** Only what was written since, milliseconds. */
  since?: number;
  timestamps?: boolean;
  /** Only this many lines from the beginning. */
  upTo?: number;
}

/** The lines of a log as `kubectl logs` shows them. */
export async function readLog(path: string, options: LogOptions): Promise<string[]> {
  const { tailLines, since = 0, timestamps, upTo } = options;
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  const wanted = lines.slice(0, upTo).filter((line) => Date.parse(line.split(' ', 1)[0] ?? '') >= since);
  const tail = tailLines === undefined ? wanted : tailLines === 0 ? [] : wanted.slice(-tailLines);
  return tail.map((line) => showLine(line, timestamps));
}

/** Without the stream's name; with the time only when it is asked for. */
export function showLine(line: string, timestamps = false): string {
  const [time = '', , , ...words] = line.split(' ');
  const text = words.join(' ');
  return timestamps ? `${time} ${text}` : text;
}
