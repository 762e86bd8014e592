import { expect, it } from 'vitest';
import { isInNetwork, LOOPBACK_NETWORK } from './pod-network.ts';

it.each([
  ['127.9.8.7', LOOPBACK_NETWORK],
  ['[::1]', LOOPBACK_NETWORK],
  ['localhost', LOOPBACK_NETWORK],
  ['10.244.1.7', '10.244.1.0/24'],
])('%s is in %s', (host, network) => {
  expect(isInNetwork(host, network)).toBe(true);
});

it.each([
  ['10.244.2.7', '10.244.1.0/24'],
  ['127.0.0.1', '10.244.1.0/24'],
  ['localhost', '10.244.1.0/24'],
  ['127.evil.example', LOOPBACK_NETWORK],
  ['retail-candidate.shop.svc', LOOPBACK_NETWORK],
  ['0.0.0.0', LOOPBACK_NETWORK],
  ['10.0.0.1', '10.0.0.0'],
  ['10.0.0.1', '10.0.0.0/99'],
  ['10.0.0.1', 'anything'],
  ['', ''],
])('%j is not in %j', (host, network) => {
  expect(isInNetwork(host, network)).toBe(false);
});
