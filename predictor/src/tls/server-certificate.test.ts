import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCertificate, mountCertificate, type TestCertificate } from '../testing/certificate.ts';
import { ServerCertificate } from './server-certificate.ts';

let dir: string;
let first: TestCertificate;
let opened: ServerCertificate | undefined;
let log: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-tls-'));
  first = await aCertificate();
  await mountCertificate(dir, first);
  log = [];
});
afterEach(async () => {
  opened?.close();
  await rm(dir, { recursive: true, force: true });
});

async function open(): Promise<ServerCertificate> {
  opened = await ServerCertificate.open(dir, 10, (level, message) => log.push(`${level}: ${message}`));
  return opened;
}

const broken: [what: string, spoil: () => Promise<unknown>, why: RegExp][] = [
  ['is no PEM', () => writeFile(join(dir, 'tls.crt'), 'hello'), /tls\.crt is no certificate in PEM/],
  ['has a key that is none', () => writeFile(join(dir, 'tls.key'), ''), /tls\.key is no private key in PEM/],
  [
    'has the key of another',
    async () => writeFile(join(dir, 'tls.key'), (await aCertificate()).key),
    /tls\.key is not the key of tls\.crt/,
  ],
  ['has no key', () => rm(join(dir, 'tls.key')), /tls\.key is missing/],
  [
    'has expired',
    async () => mountCertificate(dir, await aCertificate('late', -1)),
    /tls\.crt expired at 2\d{3}-/,
  ],
];

describe('a certificate that is mounted', () => {
  it('is told with its end, and taken up when it is renewed, once', async () => {
    const certificate = await open();
    expect(certificate.current).toMatchObject({ cert: first.cert, key: first.key });
    expect(certificate.current?.expires.getTime()).toBeGreaterThan(Date.now());
    const taken: string[] = [];
    certificate.onChange(({ cert }) => taken.push(cert));
    const second = await aCertificate('renewed', 5);
    await mountCertificate(dir, second);
    await expect.poll(() => certificate.current?.cert).toBe(second.cert);
    await mountCertificate(dir, first);
    await expect.poll(() => taken).toEqual([second.cert, first.cert]);
    expect([certificate.trouble, certificate.stale]).toEqual([undefined, false]);
  });

  it.each(broken)('stays while the next one %s, which is told once', async (_, spoil, why) => {
    const certificate = await open();
    await spoil();
    await expect.poll(() => certificate.stale).toBe(true);
    expect([certificate.current?.cert, certificate.trouble]).toEqual([first.cert, undefined]);
    await mountCertificate(dir, first);
    await expect.poll(() => certificate.stale).toBe(false);
    const errors = log.filter((line) => line.startsWith('error'));
    expect([...new Set(errors)]).toEqual(errors);
    expect(errors.join()).toMatch(why);
    expect(errors.join()).toContain('the certificate known before stays in use');
  });

  it.each(broken)('and %s from the start says what to do', async (_, spoil, why) => {
    await spoil();
    const certificate = await open();
    expect([certificate.current, certificate.stale]).toEqual([undefined, true]);
    expect(certificate.trouble).toMatch(why);
    expect(certificate.trouble).toContain('mount a Secret of type kubernetes.io/tls there');
  });

  it('never tells its key', async () => {
    const [line = ''] = first.key.split('\n').slice(1);
    await writeFile(join(dir, 'tls.key'), first.key.replace(line, `${line}#`));
    await open();
    expect(log.join()).toContain('tls.key');
    expect(log.join()).not.toContain(line.slice(0, 16));
  });
});
