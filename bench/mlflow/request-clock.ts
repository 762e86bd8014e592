import { subscribe } from 'node:diagnostics_channel';

/** For how long at least one request was on its way, by what undici tells of each. */
export class RequestClock {
  busyMs = 0;
  requests = 0;
  #open = 0;
  #since = 0;

  constructor() {
    subscribe('undici:client:sendHeaders', () => {
      this.requests += 1;
      if (this.#open++ === 0) this.#since = performance.now();
    });
    for (const end of ['undici:request:trailers', 'undici:request:error']) {
      subscribe(end, () => {
        if (this.#open > 0 && --this.#open === 0) this.busyMs += performance.now() - this.#since;
      });
    }
  }

  restart(): void {
    this.busyMs = 0;
    this.requests = 0;
    this.#open = 0;
  }
}
