import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { connect, isCode, type KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from './exchange.ts';
import { exchanges } from './exchanges.ts';
import { until } from './until.ts';
import { widgetCrd } from './widget-crd.ts';

const GOLDEN = new URL('answers.golden.json', import.meta.url);
/** Set to write the answers of the API server at hand, which must be a real one, instead of comparing. */
const RECORD = process.env.STOCKOUT_RECORD_ANSWERS === '1';

type Golden = Record<string, Answer[]>;

/**
 * Declares tests that an API server answers as a real one did, request by request: body, code, warnings, ownership of
 * fields. Runs against localcluster, and against a real API server to see that the recorded answers are its own.
 */
export function conformance(kubeconfigPath: () => string): void {
  const golden: Golden = RECORD ? {} : (JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden);
  let client: KubeClient;

  beforeAll(async () => {
    client = await connect(kubeconfigPath(), 'conformance');
    await setUp(client);
  });

  afterAll(async () => {
    await client.delete('/api/v1/namespaces/conformance');
    await client.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${widgetCrd.metadata.name}`);
    client.close();
    if (RECORD) writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 1)}\n`);
  });

  describe('answers as a real API server', () => {
    for (const [name, group] of Object.entries(exchanges)) {
      it(name, async () => {
        const answers: Answer[] = [];
        for (const exchange of group) answers.push(await ask(client, exchange));
        if (RECORD) golden[name] = answers;
        group.forEach(({ method, path }, index) => {
          expect({ request: `${method} ${path}`, ...answers[index] }).toEqual({
            request: `${method} ${path}`,
            ...golden[name]?.[index],
          });
        });
      });
    }
  });
}

async function setUp(client: KubeClient): Promise<void> {
  await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgetCrd);
  await client.post('/api/v1/namespaces', { metadata: { name: 'conformance' } });
  const served = (path: string): Promise<boolean> =>
    client.get(path).then(
      () => true,
      (error: unknown) => {
        if (isCode(error, 404) || isCode(error, 429)) return false;
        throw error;
      },
    );
  await until('the custom kind is served', () =>
    served('/apis/conformance.stockout.dev/v1/namespaces/conformance/widgets'),
  );
  await until('the namespace has its ServiceAccount', () =>
    served('/api/v1/namespaces/conformance/serviceaccounts/default'),
  );
}
