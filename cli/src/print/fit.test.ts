import { expect, it } from 'vitest';
import { listed, shortened } from './fit.ts';

it('a list stays within 80 columns, whatever is in it', () => {
  const names = Array.from({ length: 40 }, (_, i) => `sales_roll${i}_avg`);
  const text = listed('40 features:', names);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text.replaceAll(/\s+/g, ' ')).toBe(`40 features: ${names.join(', ')}`);
});

it('a long value is cut between characters, a short one is left as it is', () => {
  expect(shortened('🛒🛒🛒', 2)).toBe('🛒…');
  expect(shortened('S001', 4)).toBe('S001');
});
