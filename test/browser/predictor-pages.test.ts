import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Issuer } from '../../predictor/src/testing/issuer.ts';
import { RunningPredictor } from '../../predictor/src/testing/running.ts';
import { launchChromium } from './chromium.ts';
import { WatchedPage } from './watched-page.ts';

let browser: Browser;
let predictor: RunningPredictor;
beforeAll(async () => {
  [browser, predictor] = await Promise.all([launchChromium(), RunningPredictor.ready()]);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await predictor?.server.stop();
});

const LOOKS = [
  { name: 'light and wide', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark and narrow', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

describe('the page to try a prediction on', () => {
  it('is used by keyboard alone: a value typed, Enter pressed, the risk and why it is so read', async () => {
    await using watched = await WatchedPage.open(browser, predictor.server.url);
    const { page } = watched;
    await page.locator('#field-inventory').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the form');
    await page.keyboard.press('Enter');
    await tabTo(watched, 'field-inventory');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('0');
    await page.keyboard.press('Enter');
    await page.locator('#answer').waitFor();
    const status = page.getByRole('status');
    expect(await status.textContent()).toMatch(/At risk: expect it to run out/);
    expect(await page.locator('#sentence').textContent()).toMatch(/^Because of inventory 0\b/);
    expect(await page.locator('#bars li').count()).toBe(7);
    expect(await page.locator('#bars').textContent()).toMatch(/raises by \d/);
    expect(watched.troubles).toEqual([]);
  });

  it('asks for what is asked of callers, and sends a key as a key and a token as a token', async () => {
    await using issuer = await Issuer.start();
    await using guarded = await RunningPredictor.ready({ apiKeys: ['secret'], jwt: issuer.jwt });
    await using watched = await WatchedPage.open(browser, guarded.server.url);
    const { page } = watched;
    const field = page.getByLabel('API key or token');
    const score = (): Promise<void> => page.getByRole('button', { name: 'Score' }).click();
    await field.waitFor();
    for (const [shown, why] of [
      ['', 'An API key is needed.'],
      ['wrong', 'This key is not valid.'],
      ['a.b.c', 'the token is not taken: it is no signed JSON Web Token'],
    ] as const) {
      await field.fill(shown);
      await score();
      await page.locator('#api-key-error', { hasText: why }).waitFor();
    }
    for (const shown of ['secret', await issuer.token()]) {
      await field.fill(shown);
      await score();
      await page.locator('#answer').waitFor();
      expect(await page.locator('#api-key-error').textContent()).toBe('');
      await field.fill('wrong');
      await score();
      await page.locator('#problem').waitFor();
    }
    expect(await page.locator('#command').textContent()).toContain('X-API-Key: $API_KEY');
    expect(await watched.violations()).toEqual([]);
  });

  it('takes the focus to the field that is wrong, which says why', async () => {
    await using watched = await WatchedPage.open(browser, predictor.server.url);
    const { page } = watched;
    await page.locator('#field-price').fill('');
    await page.keyboard.press('Enter');
    await page.locator('#field-price[aria-invalid="true"]').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('field-price');
    expect(await page.locator('#field-price-error').textContent()).toBe('needs a number');
    expect(await watched.violations()).toEqual([]);
  });

  it.each(LOOKS)('has nothing for axe-core to find, before and after a score: $name', async (look) => {
    await using watched = await WatchedPage.open(browser, predictor.server.url, look);
    const { page } = watched;
    await page.locator('#field-inventory').waitFor();
    expect(await watched.violations()).toEqual([]);
    await page.getByRole('button', { name: 'Score' }).click();
    await page.locator('#answer').waitFor();
    expect(await watched.violations()).toEqual([]);
    expect(await overflow(watched)).toBe(0);
    expect(watched.troubles).toEqual([]);
    await shoot(watched, `try-${look.name}`);
  });
});

/** What Swagger UI itself does, of which a style sheet cannot cure it. */
const SWAGGER_UI = new Set(['heading-order', 'nested-interactive', 'region']);

describe('the API documentation', () => {
  it.each(LOOKS)('is shown by this server alone, under its policy: $name', async (look) => {
    await using watched = await WatchedPage.open(browser, `${predictor.server.url}/docs`, look);
    const { page } = watched;
    await page.locator('#operations-Scoring-predict').waitFor();
    const ours = (await watched.violations()).filter((told) => !SWAGGER_UI.has(told.split(':')[0]!));
    expect(ours).toEqual([]);
    await page.locator('#operations-Scoring-predict button.opblock-summary-control').press('Enter');
    await page.getByText('Adds why each row has its score').waitFor();
    expect(watched.troubles).toEqual([]);
    await shoot(watched, `docs-${look.name}`);
  });
});

async function tabTo({ page }: WatchedPage, id: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if ((await page.evaluate('document.activeElement.id')) === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${id} is not reached by Tab`);
}

/** Pixels by which the page is wider than the window. */
function overflow({ page }: WatchedPage): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** For people to look at: `SCREENSHOTS=folder`. */
async function shoot({ page }: WatchedPage, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/${name.replaceAll(' ', '-')}.png`, fullPage: true });
}
