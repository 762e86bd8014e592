import { describe, expect, it } from 'vitest';
import { gaussLegendre } from './gauss-legendre.ts';

describe('Gauss-Legendre quadrature', () => {
  it.each([1, 2, 3, 6, 9, 30])(
    'with %d points is exact for every power up to twice that, less one',
    (count) => {
      const { points, weights } = gaussLegendre(count);
      for (let power = 0; power < 2 * count; power++) {
        const sum = points.reduce((total, point, index) => total + weights[index]! * point ** power, 0);
        expect(sum).toBeCloseTo(1 / (power + 1), 13);
      }
    },
  );

  it('is not exact for the next power, so that fewer points would be too few', () => {
    const { points, weights } = gaussLegendre(3);
    const sum = points.reduce((total, point, index) => total + weights[index]! * point ** 6, 0);
    expect(Math.abs(sum - 1 / 7)).toBeGreaterThan(1e-4);
  });
});
