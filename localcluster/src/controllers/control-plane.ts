import { expect } from 'vitest';
import { Kinds } from '../registry/kinds.ts';
import { Registry } from '../registry/registry.ts';
import { Store } from '../store/store.ts';
import { ServiceAddresses } from '../strategies/service-addresses.ts';
import { serviceStrategy } from '../strategies/service.ts';
import { Cluster } from './cluster.ts';
import { startControllers } from './start.ts';

/** For tests: the controllers on a store without a node, and a clock that stands still unless it is moved. */
export class ControlPlane {
  readonly registry: Registry;
  readonly cluster: Cluster;
  now = Date.parse('2026-01-01T00:00:00Z');
  readonly #problems: string[] = [];
  readonly #stop: () => void;

  constructor() {
    const store = new Store();
    const addresses = new ServiceAddresses();
    addresses.follow(store);
    this.registry = new Registry(store, new Kinds(store, serviceStrategy(addresses)), () => this.now);
    this.cluster = new Cluster(this.registry, 'test');
    this.cluster.create('Namespace', undefined, { metadata: { name: 'default' } });
    const log = (line: string): void => void this.#problems.push(line);
    this.#stop = startControllers(this.registry, { stateDir: '/none', jobBackoff: 0, log });
  }

  /** The controllers have met nothing that they did not expect. */
  stop(): void {
    this.#stop();
    expect(this.#problems).toEqual([]);
  }
}

/** A pod template that says nothing more than it must. */
export const podTemplate = (labels: object, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'app', image: 'app:1', command: ['app'] }], ...spec },
});
