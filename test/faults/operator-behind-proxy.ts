import { join } from 'node:path';
import { type Operator, startOperator } from '@stockout/operator';
import type { Access } from '../../localcluster/src/client/kubeconfig.ts';
import { aGoldenReport } from '../../operator/src/testing/played-answers.ts';
import { until } from '../conformance/until.ts';
import type { Fault } from './fault.ts';
import { FaultProxy, type Past } from './fault-proxy.ts';

export interface Stage {
  /** The API server, as the operator is let in. */
  access: Access;
  namespace: string;
  /** For its kubeconfig. */
  folder: string;
  past: Past;
}

const READ_SECONDS = 60;
let count = 0;

async function isReady(adminUrl: string): Promise<boolean> {
  return (await fetch(`${adminUrl}/readyz`)).ok;
}

/** An operator of one namespace, in this process, that meets its API server through a fault. */
export class OperatorBehindProxy {
  readonly #proxy: FaultProxy;
  readonly #operator: Operator;

  private constructor(proxy: FaultProxy, operator: Operator) {
    this.#proxy = proxy;
    this.#operator = operator;
  }

  static async start({ access, namespace, folder, past }: Stage, fault: Fault): Promise<OperatorBehindProxy> {
    const proxy = new FaultProxy(access, fault, past);
    const kubeconfigPath = join(folder, `operator-${++count}.json`);
    await proxy.start(kubeconfigPath, namespace);
    const operator = await startOperator({
      kubeconfigPath,
      namespaces: [namespace],
      adminPort: 0,
      // Who leads has tests of its own; here only one operator is ever alive.
      leaderElect: false,
      // Played pods have no port to ask: their golden predictions come back.
      askPod: () => Promise.resolve(aGoldenReport()),
      log: () => {},
    });
    // What the first one reads is the past of a whole story: nothing is there yet.
    await until('the operator to have read what is there', () => isReady(operator.adminUrl), READ_SECONDS);
    return new OperatorBehindProxy(proxy, operator);
  }

  async stop(): Promise<void> {
    this.#proxy.stop();
    await this.#operator.stop();
  }
}
