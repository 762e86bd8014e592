import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../options.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { isTakenOnTrust } from './plain-issuer.ts';

describe('an issuer', () => {
  it.each([
    ['http://login.example.com', true],
    ['http://svc.example.com/realm', true],
    ['http://10.1.2.3:8080', true],
    ['https://login.example.com', false],
    ['http://127.0.0.1:9', false],
    ['http://[::1]:9', false],
    ['http://localhost', false],
    ['http://dex.auth.svc:5556/dex', false],
    ['http://dex.auth.svc.cluster.local', false],
    ['no URL', false],
  ])('%s is taken on trust: %s', (issuer, taken) => {
    expect(isTakenOnTrust(issuer)).toBe(taken);
  });

  it.each([
    ['http://login.invalid', 1],
    ['https://login.invalid', 0],
  ])('%s is warned of so often: %i', (issuer, times) => {
    const log: string[] = [];
    const keys = new IssuerKeys(issuer, defaultLimits(Infinity, Infinity), (level, message) =>
      log.push(`${level} ${message}`),
    );
    keys.close();
    expect(log.filter((line) => line.startsWith(`warn the tokens' issuer ${issuer}`))).toHaveLength(times);
  });
});
