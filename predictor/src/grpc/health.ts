import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Lifecycle } from '../lifecycle.ts';

/** The standard health service: SERVING while the predictor is ready. */
export class Health {
  readonly #health = new HealthImplementation();
  readonly #unsubscribe: () => void;

  /** @param service whose health may be asked for by name, beside that of the whole server */
  constructor(lifecycle: Lifecycle, service: string) {
    const tell = (): void => {
      const status = lifecycle.ready ? 'SERVING' : 'NOT_SERVING';
      for (const name of ['', service]) this.#health.setStatus(name, status);
    };
    tell();
    this.#unsubscribe = lifecycle.onChange(tell);
  }

  addToServer(server: Server): void {
    this.#health.addToServer(server);
  }

  close(): void {
    this.#unsubscribe();
  }
}
