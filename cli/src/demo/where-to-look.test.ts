import { expect, test } from 'vitest';
import { FRESH_RETAIL, RETAIL, type Scene } from './scene.ts';
import type { DemoFacts } from './tasks.ts';
import { whereToLook } from './where-to-look.ts';

const factsOf = (scene: Scene) =>
  ({
    local: { metricsUrl: 'http://127.0.0.1:9/metrics', kubeconfigPath: '/demo/kubeconfig' },
    story: { scene, apiKey: 'key', storageUri: 'file:///demo/volumes' },
    endpoint: 'http://127.0.0.1:8',
  }) as unknown as DemoFacts;

test('the demo with real data says whose rows they are and under which licence', () => {
  expect(whereToLook(factsOf(FRESH_RETAIL))).toMatch(/data .*FreshRetailNet-50K by Dingdong-Inc, CC-BY-4.0/);
  expect(whereToLook(factsOf(RETAIL))).not.toMatch(/^ {2}data /m);
});
