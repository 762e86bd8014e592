import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page that takes down what a strict page must not do. */
export class WatchedPage implements AsyncDisposable {
  readonly page: Page;
  /** Requests to another origin, violations of the policy, errors on the console. */
  readonly troubles: string[] = [];

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<WatchedPage> {
    const context = await browser.newContext(options);
    const watched = new WatchedPage(await context.newPage());
    await watched.#watch(new URL(url).origin);
    await watched.page.goto(url);
    return watched;
  }

  /** What axe-core finds wrong, in words. */
  async violations(): Promise<string[]> {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    // By the debugger, which the page's policy does not bind.
    await this.page.evaluate(source);
    const found = await this.page.evaluate(async () => {
      const { axe: runner } = globalThis as unknown as { axe: typeof axe };
      return (await runner.run()).violations;
    });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  async #watch(origin: string): Promise<void> {
    this.page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== 'data:') this.troubles.push(`asks ${request.url()}`);
    });
    this.page.on('pageerror', (error) => this.troubles.push(`fails: ${error.message}`));
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(`complains: ${message.text()}`);
    });
  }
}
