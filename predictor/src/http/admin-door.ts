import type { Server } from 'node:http';
import type { Settings } from '../options.ts';
import { createAdminServer } from './admin-server.ts';
import type { Administration } from './administration.ts';
import { closeServer, listen } from './listen.ts';

/** How those who look after a predictor reach it. */
export interface AdminDoor {
  /**
   * @returns its URL; empty where it has none
   * @throws {StockoutError} when the port cannot be had
   */
  open(): Promise<string>;
  close(): Promise<void>;
}

/** The admin port. */
export class AdminPort implements AdminDoor {
  readonly #server: Server;
  readonly #settings: Pick<Settings, 'adminPort' | 'host'>;

  constructor(of: Administration, settings: Pick<Settings, 'adminPort' | 'host'>) {
    this.#server = createAdminServer(of);
    this.#settings = settings;
  }

  open(): Promise<string> {
    const { adminPort, host } = this.#settings;
    return listen(this.#server, adminPort, host, '--admin-port');
  }

  close(): Promise<void> {
    return closeServer(this.#server, 0);
  }
}
