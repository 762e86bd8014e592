import type { KubeClient, WatchEvent } from '@stockout/localcluster/client';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../localcluster/src/types.ts';
import { Witness } from './witness.ts';

const MODEL = 'stockout.dev/model';
const COLOR = 'stockout.dev/color';
const labels = { [MODEL]: 'retail', [COLOR]: 'blue', 'stockout.dev/version': 'v1' };
let revision = 0;

function event(type: WatchEvent<KubeObject>['type'], kind: string, object: object): WatchEvent<KubeObject> {
  const { metadata, ...rest } = object as { metadata: object };
  const resourceVersion = String(++revision);
  return {
    type,
    object: { kind, ...rest, metadata: { ...metadata, resourceVersion } } as unknown as KubeObject,
  };
}

const service = (color: string, name = 'retail') => ({
  metadata: { name, labels: { [MODEL]: 'retail' } },
  spec: { selector: { [COLOR]: color } },
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const SERVES = [
  event('ADDED', 'Service', service('none')),
  event('ADDED', 'Deployment', { metadata: { name: 'retail-blue', labels } }),
  event('ADDED', 'Pod', { metadata: { name: 'retail-blue-0', labels }, status: ready }),
  event('MODIFIED', 'Service', service('blue')),
];

/** What somebody finds who saw these events. */
function troubleIn(events: readonly WatchEvent<KubeObject>[]): string[] {
  const client = {
    watch: async (path: string, _signal: AbortSignal, see: (event: WatchEvent<KubeObject>) => void) => {
      const plural = /\/(\w+)\?/.exec(path)?.[1];
      for (const each of events)
        if (`${(each.object as { kind?: string }).kind?.toLowerCase()}s` === plural) see(each);
      await new Promise(() => {});
    },
  };
  const witness = new Witness(client as unknown as Pick<KubeClient, 'get' | 'watch'>, 'shop', 0);
  witness.start();
  return witness.trouble(['v1']);
}

test('nobody is missed before anything serves, and who serves is no trouble', () => {
  expect(troubleIn(SERVES)).toEqual([]);
  const candidate = event('ADDED', 'Service', service('green', 'retail-candidate'));
  expect(troubleIn([...SERVES, candidate])).toEqual([]);
});

test.each([
  ['selects nobody any more', event('MODIFIED', 'Service', service('none'))],
  ['is gone', event('DELETED', 'Service', service('blue'))],
])('a Service that %s once it led somewhere is trouble', (_, last) => {
  expect(troubleIn([...SERVES, last])).toEqual(['nobody gets the traffic any more']);
});

test('so are pods of a version that may not serve, and pods that are gone', () => {
  const v2 = { metadata: { name: 'retail-blue', labels: { ...labels, 'stockout.dev/version': 'v2' } } };
  expect(troubleIn([...SERVES, event('MODIFIED', 'Deployment', v2)])).toEqual(['v2 gets the traffic (blue)']);
  const gone = event('DELETED', 'Pod', { metadata: { name: 'retail-blue-0', labels } });
  expect(troubleIn([...SERVES, gone])).toEqual(['no pod of v1 (blue) is ready']);
});
