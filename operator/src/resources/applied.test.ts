import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServicePort } from '../api/kubernetes.ts';
import { aModel, aVersion } from '../testing/builders.ts';
import { isApplied } from './applied.ts';
import { buildPredictorDeployment } from './predictor-deployment.ts';
import { buildService, endpointOf, readSwitched } from './service.ts';

const build = (memory: string) =>
  buildPredictorDeployment({
    model: aModel({ serving: { resources: { limits: { memory } } } }),
    color: 'blue',
    version: aVersion('v1'),
    image: 'predictor:1',
    replicas: 2,
  });
const clone = (change: (deployment: ReturnType<typeof build>) => unknown) => {
  const copy = structuredClone(build('1Gi'));
  change(copy);
  return copy;
};

describe('there is nothing to apply', () => {
  test.each([
    ['when all is as it was built', build('1Gi')],
    ['when others added fields', clone((each) => Object.assign(each.spec, { paused: false }))],
    [
      'when an API server wrote a quantity in its own way',
      clone((each) => (each.spec.template.spec.containers[0]!.resources = { limits: { memory: '1024Mi' } })),
    ],
    [
      'when empty objects were left out',
      clone((each) => delete (each.spec.template.spec.volumes[0] as { emptyDir?: object }).emptyDir),
    ],
  ])('%s', (_name, observed) => {
    expect(isApplied(build('1Gi'), observed)).toBe(true);
  });
});

describe('there is something to apply', () => {
  test.each([
    ['when it is not there', undefined],
    ['when a field differs', clone((each) => (each.spec.replicas = 9))],
    ['when a field is gone', clone((each) => delete (each.spec as Partial<typeof each.spec>).selector)],
    [
      'when someone added a container',
      clone((each) => each.spec.template.spec.containers.push(each.spec.template.spec.containers[0]!)),
    ],
    ['when a quantity differs', build('2Gi')],
    [
      'when a field that we own is no longer wanted',
      clone((each) => (each.metadata.annotations!['stockout.dev/applied-hash'] = 'older')),
    ],
  ])('%s', (_name, observed) => {
    expect(isApplied(build('1Gi'), observed)).toBe(false);
  });
});

test('whatever others add to an object, it is still applied', () => {
  const desired = build('1Gi');
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((key) => !(key in desired.spec)),
        fc.jsonValue(),
      ),
      (extra) => {
        expect(
          isApplied(desired, { ...desired, spec: { ...extra, ...desired.spec } } as typeof desired),
        ).toBe(true);
      },
    ),
  );
});

const protocols = (ports: ServicePort[]) => ports.map(({ name, appProtocol }) => [name, appProtocol]);

describe('a Service', () => {
  const service = buildService({
    model: aModel({ serving: { service: { port: 8080, annotations: { 'example.com/a': 'b' } } } }),
    color: 'green',
    switched: { at: '2026-11-23T12:00:00.000Z', from: 'abc', to: 'v2' },
  });

  test('selects one color and remembers the switch', () => {
    expect(service.spec.selector).toEqual({ 'stockout.dev/model': 'retail', 'stockout.dev/color': 'green' });
    expect(service.metadata.annotations).toMatchObject({ 'example.com/a': 'b' });
    expect(readSwitched(service)).toEqual({ at: '2026-11-23T12:00:00.000Z', from: 'abc', to: 'v2' });
  });

  test('offers HTTP, and gRPC on 8001 unless HTTP has been given that port', () => {
    const [usual, taken] = [80, 8001].map((http) => {
      const model = aModel({ serving: { service: { port: http } } });
      const { spec } = buildService({ model, color: 'blue' });
      return spec.ports.map(({ name, port, targetPort }) => [name, port, targetPort]);
    });
    expect(usual).toEqual([
      ['http', 80, 8000],
      ['grpc', 8001, 8001],
    ]);
    expect(taken).toEqual([['http', 8001, 8000]]);
  });

  test('speaks TLS where the spec says so, unless the pods that it selects do not yet', () => {
    const model = aModel({
      serving: { tls: { secretName: 'stockout-tls' }, service: { type: 'ClusterIP', port: 443 } },
    });
    const [secure, plain] = [undefined, false].map((tls) => buildService({ model, color: 'blue', tls }));
    expect(protocols(secure!.spec.ports)).toEqual([
      ['https', 'https'],
      ['grpc', 'https'],
    ]);
    expect(protocols(plain!.spec.ports)).toEqual([
      ['http', undefined],
      ['grpc', 'kubernetes.io/h2c'],
    ]);
    expect(endpointOf(secure!)).toBe('https://retail.shop.svc');
    expect(endpointOf(plain!)).toBe('http://retail.shop.svc:443');
  });

  test('selects no pods before anything serves', () => {
    expect(buildService({ model: aModel(), color: undefined }).spec.selector['stockout.dev/color']).toBe(
      'none',
    );
  });

  test.each([
    ['by the address of its load balancer', { ip: '20.1.2.3' }, 'http://20.1.2.3:8080'],
    ['by its name', { hostname: 'lb.example.com' }, 'http://lb.example.com:8080'],
    ['by an IPv6 address', { ip: 'fd00::1' }, 'http://[fd00::1]:8080'],
    [
      'by the port that the load balancer tells',
      { ip: '127.0.0.1', ports: [{ port: 31000 }] },
      'http://127.0.0.1:31000',
    ],
    ['not before that has an address', undefined, undefined],
  ])('is reached %s', (_name, ingress, endpoint) => {
    const status = { loadBalancer: { ingress: ingress === undefined ? [] : [ingress] } };
    expect(endpointOf({ ...service, status })).toBe(endpoint);
  });

  test('inside the cluster is reached by its name', () => {
    const inside = buildService({
      model: aModel({ serving: { service: { type: 'ClusterIP' } } }),
      color: 'blue',
    });
    expect(endpointOf(inside)).toBe('http://retail.shop.svc');
  });
});
