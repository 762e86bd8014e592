import { join } from 'node:path';
import { FaultProxy } from './fault-proxy.ts';
import type { Leadership } from './leadership.ts';
import type { Stage } from './operator-behind-proxy.ts';
import { OperatorProcess } from './operator-process.ts';

export interface CandidateOptions {
  identity: string;
  leaseNamespace: string;
  skewSeconds: number;
}

/** One of several operators: a process behind a proxy of its own, so that each request is known to be its. */
export class Candidate {
  readonly identity: string;
  readonly operator: OperatorProcess;
  readonly #proxy: FaultProxy;

  private constructor(identity: string, operator: OperatorProcess, proxy: FaultProxy) {
    this.identity = identity;
    this.operator = operator;
    this.#proxy = proxy;
  }

  static async start(stage: Stage, leadership: Leadership, options: CandidateOptions): Promise<Candidate> {
    const { identity, leaseNamespace, skewSeconds } = options;
    const { access, folder, namespace } = stage;
    const proxy = new FaultProxy(access, leadership.watch(identity));
    const kubeconfigPath = join(folder, `${identity}.kubeconfig`);
    await proxy.start(kubeconfigPath, leaseNamespace);
    const operator = new OperatorProcess({ kubeconfigPath, namespace, identity, skewSeconds });
    return new Candidate(identity, operator, proxy);
  }

  async stop(): Promise<void> {
    await this.operator.stop();
    this.#proxy.stop();
  }
}
