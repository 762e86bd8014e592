import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import { PROBLEM_TYPE, unavailable } from './problem.ts';

type Pages = (req: IncomingMessage, res: ServerResponse) => void;

/** Express and the pages, loaded for the first who looks at one: some 9 MB and a tenth of a second that scoring does not need. */
export class LazyPages {
  readonly #runtime: Runtime;
  #loading: Promise<Pages> | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let pages: Pages;
    try {
      pages = await this.#pages();
    } catch (error) {
      this.#runtime.log('error', `the pages cannot be loaded: ${(error as Error).message}`);
      const problem = unavailable('the pages cannot be loaded: try again', 5);
      res.writeHead(problem.status, { ...problem.headers, 'Content-Type': PROBLEM_TYPE });
      res.end(JSON.stringify(problem.toProblem()));
      return;
    }
    pages(req, res);
  }

  /** What failed to load, for want of a file handle say, is tried again by the next. */
  #pages(): Promise<Pages> {
    this.#loading ??= import('./pages.ts').then(
      ({ createPages }) => createPages(this.#runtime),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }
}
