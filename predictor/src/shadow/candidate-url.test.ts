import { describe, expect, it } from 'vitest';
import { candidateUrl } from './candidate-url.ts';

const SHOP = { namespace: 'shop', model: 'retail' };
const EVERYWHERE = '0.0.0.0';

describe('where rows may be sent', () => {
  it.each([
    ['http://retail-candidate.shop.svc', 'http://retail-candidate.shop.svc/predict'],
    ['http://retail-candidate.shop.svc/', 'http://retail-candidate.shop.svc/predict'],
    ['http://retail-candidate.shop.svc:8080', 'http://retail-candidate.shop.svc:8080/predict'],
    [
      'http://RETAIL-candidate.shop.svc.cluster.local',
      'http://retail-candidate.shop.svc.cluster.local/predict',
    ],
  ])("%s is the candidate's own Service", (given, expected) => {
    expect(String(candidateUrl(given, SHOP, EVERYWHERE))).toBe(expected);
  });

  it.each([
    'http://example.com',
    'http://169.254.169.254',
    'http://127.0.0.1:8000',
    'http://localhost',
    'http://[::1]:8000',
    'http://10.0.0.1',
    'http://retail.shop.svc',
    'http://retail-candidate',
    'http://retail-candidate.shop',
    'http://retail-candidate.other.svc',
    'http://other-candidate.shop.svc',
    'http://retail-candidate.shop.svc.example.com',
    'http://retail-candidate.shop.svc.cluster.local.example.com',
    'http://example.com#retail-candidate.shop.svc',
    'http://retail-candidate.shop.svc@example.com',
    'http://key@retail-candidate.shop.svc',
    'http://retail-candidate.shop.svc/v2/other',
    'http://retail-candidate.shop.svc?to=elsewhere',
    'https://retail-candidate.shop.svc',
    'file:///etc/passwd',
    'retail-candidate.shop.svc',
    '',
  ])('%j is refused, and told what is right', (given) => {
    expect(candidateUrl(given, SHOP, EVERYWHERE)).toMatch(/^must be http:\/\/retail-candidate\.shop\.svc/);
  });

  it.each(['http://127.0.0.1:8000', 'http://127.9.8.7:1', 'http://[::1]:80', 'http://localhost:81'])(
    '%s is taken by a predictor that only this machine reaches',
    (given) => {
      for (const host of ['127.0.0.1', '127.3.2.1', '::1', 'localhost'])
        expect(candidateUrl(given, SHOP, host)).toBeInstanceOf(URL);
    },
  );

  it.each(['http://10.0.0.1', 'http://127.evil.example', 'http://example.com', 'http://0.0.0.0'])(
    '%s is refused even there',
    (given) => {
      expect(candidateUrl(given, SHOP, '127.0.0.1')).toMatch(/^must be/);
    },
  );

  it('where pods are processes with addresses of another network, an address of that is taken', () => {
    const network = '10.244.1.0/24';
    expect(candidateUrl('http://10.244.1.9:8000', SHOP, '10.244.1.8', network)).toBeInstanceOf(URL);
    for (const url of ['http://10.244.2.9:8000', 'http://127.0.0.1:8000', 'http://example.com'])
      expect(candidateUrl(url, SHOP, '10.244.1.8', network)).toMatch(/^must be/);
    expect(candidateUrl('http://10.244.1.9:8000', SHOP, EVERYWHERE, network)).toMatch(/^must be/);
  });
});
