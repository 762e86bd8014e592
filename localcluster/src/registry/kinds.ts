import type { Store } from '../store/store.ts';
import type { CustomResourceDefinition } from '../types.ts';
import { builtIns } from './built-ins.ts';
import { customResources } from './custom.ts';
import { apiVersionOf, type Resource, type Strategy } from './resource.ts';

/** The kinds that are served: the built-in ones, and those of the CRDs in the store. */
export class Kinds {
  readonly #builtIns: Resource[];
  readonly #custom = new Map<string, Resource[]>();

  /** Follows the CRDs: a kind is there as soon as its definition is stored. */
  constructor(store: Store, service: Strategy) {
    this.#builtIns = builtIns(service);
    store.watch('customresourcedefinitions.apiextensions.k8s.io', 0, ({ type, object }) => {
      if (type === 'DELETED') this.#custom.delete(object.metadata.name);
      else this.#custom.set(object.metadata.name, customResources(object as CustomResourceDefinition));
    });
  }

  all(): Resource[] {
    return [...this.#builtIns, ...[...this.#custom.values()].flat()];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find((one) => one.plural === plural && one.group === group && one.version === version);
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    return this.all().find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  }

  /** @throws when it is no built-in kind: a mistake of the caller */
  builtIn(kind: string): Resource {
    const found = this.#builtIns.find((one) => one.kind === kind);
    if (!found) throw new Error(`no built-in kind ${kind}`);
    return found;
  }
}
